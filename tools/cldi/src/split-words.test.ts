import { describe, expect, it } from 'vitest';
import { splitWords } from './split-words.ts';

describe('a line', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['get bn', ['get', 'bn']],
    ["  send  0x12 '' ", ['send', '0x12', '']],
    [`a 'b c' "d e"f`, ['a', 'b c', 'd ef']],
    [String.raw`a\ b \"c "d\"e\n" 'f\g'`, ['a b', '"c', 'd"e\\n', 'f\\g']],
  ])('%s', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each(['"open', "it's", 'end\\'])('%s is refused', (line) => {
    expect(() => splitWords(line)).toThrow(`parse error: \`${line}\``);
  });
});
