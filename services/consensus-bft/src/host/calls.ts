/**
 * What consensus calls in the other processes. A gRPC client has these methods, and so has an object in the same process
 * (packages/common/src/in-process-client.ts).
 */
import type {
  ConsensusConfigurationResponse,
  Empty,
  Hash,
  HashResponse,
  Proposal,
  ProposalResponse,
  ProposalWithProof,
  StatusCode,
} from '@hexapod/protocol/common';
import type { BlockNumber } from '@hexapod/protocol/controller';
import type {
  GetCryptoInfoResponse,
  HashDataRequest,
  RecoverSignatureRequest,
  RecoverSignatureResponse,
  SignMessageRequest,
  SignMessageResponse,
} from '@hexapod/protocol/crypto';
import type { NetworkMsg, RegisterInfo } from '@hexapod/protocol/network';

export interface CallLimits {
  readonly deadlineMs?: number | 'none';
  readonly signal?: AbortSignal;
}

type Call<Request, Response> = (request: Request, limits?: CallLimits) => Promise<Response>;

/** controller.Consensus2ControllerService */
export interface ControllerCalls {
  readonly getProposal: Call<Empty, ProposalResponse>;
  readonly checkProposal: Call<Proposal, StatusCode>;
  readonly commitBlock: Call<ProposalWithProof, ConsensusConfigurationResponse>;
}

/** controller.RPCService */
export interface ChainCalls {
  readonly getBlockHash: Call<BlockNumber, Hash>;
}

/** network.NetworkService */
export interface NetworkCalls {
  readonly sendMsg: Call<NetworkMsg, StatusCode>;
  readonly broadcast: Call<NetworkMsg, StatusCode>;
  readonly registerNetworkMsgHandler: Call<RegisterInfo, StatusCode>;
}

/** crypto.CryptoService */
export interface CryptoCalls {
  readonly getCryptoInfo: Call<Empty, GetCryptoInfoResponse>;
  readonly hashData: Call<HashDataRequest, HashResponse>;
  readonly signMessage: Call<SignMessageRequest, SignMessageResponse>;
  readonly recoverSignature: Call<RecoverSignatureRequest, RecoverSignatureResponse>;
}
