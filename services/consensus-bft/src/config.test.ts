import { ConfigError, parseConfig } from '@hexapod/common/config';
import { expect, test } from 'vitest';
import { ineffectiveKeys, tables } from './config.ts';

const parse = (lines: string) =>
  parseConfig('config.toml', `[consensus_bft]\n${lines}`, tables).consensus_bft;

test('what is not in the file is as in the original (docs/protocol/consensus.md 3.1)', () => {
  expect(parse('')).toMatchObject({
    network_port: 50000,
    consensus_port: 50001,
    controller_port: 50004,
    crypto_port: 50005,
    node_address: '',
    block_interval: 3000,
    issue_nil_block: true,
    whole_phase: 30,
    propose_phase: 24,
    prevote_phase: 6,
    precommit_phase: 6,
    commit_phase: 4,
    low_limit_interval: 600,
    server_retry_interval: 2,
    wal_path: './data/wal',
    authority_path: './data/authorities',
    max_proposal_time_coef: 8,
    enable_metrics: true,
    metrics_port: 60001,
  });
});

test('unknown keys are ignored, wrong values are named', () => {
  expect(parse('somebody_elses = 1\nwal_path = "w"').wal_path).toBe('w');
  expect(() => parse('consensus_port = "abc"')).toThrow(ConfigError);
  expect(() => parse('consensus_port = "abc"')).toThrow(
    'config.toml: [consensus_bft] consensus_port = "abc": wanted a port number, 1..65535',
  );
  expect(() => parse('whole_phase = 0')).toThrow('whole_phase = 0');
});

test('a key of the original that means nothing here is named when it was set', () => {
  expect(ineffectiveKeys(parse(''))).toEqual([]);
  expect(ineffectiveKeys(parse('low_limit_interval = 700\npropose_phase = 20'))).toEqual([]);
  expect(ineffectiveKeys(parse('prevote_phase = 9\nissue_nil_block = false'))).toEqual([
    '[consensus_bft] issue_nil_block = false has no effect: the controller decides what an empty block is, and one is made per interval',
    '[consensus_bft] prevote_phase = 9 has no effect: votes are waited for as long as proposals, set propose_phase and whole_phase',
  ]);
});
