// As much of a crypto process as storage needs: it says which suite it has.

import { GrpcServer } from '@hexapod/common/grpc-server';
import { quietLog } from '@hexapod/common/quiet-log';
import { RpcError } from '@hexapod/common/rpc-error';
import { loadSuite } from '@hexapod/crypto/suite';
import { CryptoService } from '@hexapod/protocol/crypto';
import { Code } from '@hexapod/protocol/status-code';

const UNIMPLEMENTED = 12;

/** Listening. @param port 0 lets the system choose */
export async function cryptoStandIn(port = 0): Promise<GrpcServer> {
  const suite = await loadSuite('sm');
  const server = new GrpcServer({ host: '127.0.0.1', port, log: quietLog });
  const notNeeded = () => {
    throw new RpcError(UNIMPLEMENTED, 'storage does not need this');
  };
  server.add(CryptoService, {
    getCryptoInfo: () => ({
      status: { code: Code.Success },
      name: suite.name,
      hashLen: suite.hashLength,
      signatureLen: suite.signatureLength,
      addressLen: suite.addressLength,
    }),
    hashData: notNeeded,
    verifyDataHash: notNeeded,
    signMessage: notNeeded,
    recoverSignature: notNeeded,
    checkTransactions: notNeeded,
  });
  await server.start();
  return server;
}
