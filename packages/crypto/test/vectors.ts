// The published values of docs/protocol/crypto.md 9 and wire.md 16.6.

import { fromHex } from '@hexapod/protocol/bytes';

/** Data (text stands for its UTF-8 bytes), and the hash in hex. */
export type HashVector = readonly [data: string | Uint8Array<ArrayBuffer>, hash: string];

export const bytesOf = (data: string | Uint8Array): Uint8Array =>
  typeof data === 'string' ? new TextEncoder().encode(data) : data;

/** 9.1 */
export const SM3: readonly HashVector[] = [
  ['', '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b'],
  ['a', '623476ac18f65a2909e43c7fec61b49c7e764a91a18ccb82f1917a29c86c5e88'],
  ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
  ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
  ['a'.repeat(55), '288337eef51eec62e7544d7270424c8dbe656254c99852870a73b2453a6a7fb1'],
  ['a'.repeat(56), 'ba00ebedaab54065a5fd4f9f56326016203166bcee3eed44ea868d59d67aa3c8'],
  ['a'.repeat(64), '616ec433c359e7c2b19f360e2b8f2a1b6e9ed76b8dc1a7d207b31a5341c611e9'],
  ['a'.repeat(1_000_000), 'c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3'],
  [Uint8Array.of(1, 2, 3, 4, 5, 6, 7), '844eb5c1e23e7a2642bbae1870699739b5d918c40ddc6a2db9bde23acfbaf849'],
  ['rivtower', '39ad9832dad1e615faf8eebe25459392c75e449ac9b9616edf2d721649bad247'],
  ['test-chain', '63586a3c0255f337c77a777ff54f0040b8c388da04f23ecee6bfd4953a6512b4'],
];

/** 9.2 */
export const KECCAK: readonly HashVector[] = [
  ['', 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
  ['abc', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
  ['testing', '5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02'],
  [
    'The quick brown fox jumps over the lazy dog',
    '4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15',
  ],
  [
    'The quick brown fox jumps over the lazy dog.',
    '578951e24efd62a3d63a86f7cd19aaa53c898fe287d2552133220370240b572d',
  ],
  ['transfer(address,uint256)', 'a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b'],
  ['a'.repeat(135), '34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446'],
  ['a'.repeat(136), 'a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e'],
  [new Uint8Array(200).fill(0xa3), '3a57666b048777f2c953dc4456f45a2588e1cb6f2da760122d530ac2ce607d4a'],
  [Uint8Array.of(1, 2, 3, 4, 5, 6, 7), '4cdb423e1c3726b8382bc3f46eadfb2da75086859696b67df9e85a765b2c79a3'],
  ['rivtower', '706b3416b3719437a4d84d09368727d5e260cf2c408e1095e31ccec801a9c5a9'],
];

export interface Sm2Vector {
  readonly name: string;
  readonly privateKey?: string;
  readonly publicKey: string;
  readonly message: Uint8Array;
  readonly za?: string;
  readonly e?: string;
  readonly r: string;
  readonly s: string;
  readonly address?: string;
}

/** SM3 of a text. */
const RIVTOWER = fromHex('39ad9832dad1e615faf8eebe25459392c75e449ac9b9616edf2d721649bad247');
const ABC = fromHex('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');

/** 9.3, V1 to V8, and the signature of wire.md 16.6 */
export const SM2: readonly Sm2Vector[] = [
  {
    name: 'V1, the example of GB/T 32918.5',
    privateKey: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
    publicKey:
      '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    message: bytesOf('message digest'),
    za: 'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3',
    e: 'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640',
    r: 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3',
    s: 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
    address: '2119e1ecc071c2f3d915245c8d9c5a2cb131a89d',
  },
  {
    name: 'V2, the example key',
    privateKey: 'ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690',
    publicKey:
      'ec1a47985dec9762d22b69b2406acefa5e5b9c07408b78b6164b0295c9177639c9d3cce3cbb3fa45d5b8fff5252dee10f66b3967bdb37ddaecbb99ec417e2f3a',
    message: RIVTOWER,
    za: '67a83d70dadeb3f542dc633c9cb3d1bd052570db7be32474fc471e922d6a9bb2',
    e: '0cab53355ba8d3b2af84bd558f8af45af6f93c03942ff7c12e5b98614cfa1547',
    r: '11974fa6ea35eb4b1188ef7c1e02f31138576ae1a23733d07dbfa72e7b0eafba',
    s: '48842565b2a608bcbf08c9bf571a75354a37e779291761e49974682d6c35aaac',
    address: '14a0d0eb5538d1c5cc69d0f54c18bafec75ba95c',
  },
  {
    name: 'V3, the empty message',
    privateKey: 'ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690',
    publicKey:
      'ec1a47985dec9762d22b69b2406acefa5e5b9c07408b78b6164b0295c9177639c9d3cce3cbb3fa45d5b8fff5252dee10f66b3967bdb37ddaecbb99ec417e2f3a',
    message: bytesOf(''),
    za: '67a83d70dadeb3f542dc633c9cb3d1bd052570db7be32474fc471e922d6a9bb2',
    e: 'ceacaa14c7aafda4e374e5ab9231b80b89b917ba88a7967dd37b799dba802ca0',
    r: 'd398a6865638153d457917d220a9b6c1cb17469896aed28d22df886ae894c713',
    s: '522b839e16e39f4bfc7d43b5e0043ae4134786e53df108ddc71d71e7508c11ef',
    address: '14a0d0eb5538d1c5cc69d0f54c18bafec75ba95c',
  },
  {
    name: 'V4, private key 1',
    privateKey: '0000000000000000000000000000000000000000000000000000000000000001',
    publicKey:
      '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
    message: bytesOf('abc'),
    za: '5b32bfe35482899b195d72c09d33ccdb465b2ded883240ff91f120a68bc91de8',
    e: 'e2631e76cf38546aa6cf0fba91a4894fec7ff65c7cdb9da0246417fcb1867b95',
    r: 'e74f1ae85dc56c0308d341e1201c88062dde253a8ae2d9af73c826c9df9b1608',
    s: '38ec299f3ba08d0b86ca66acdcd1d2e319b13e1569df882526a442a6a27df39e',
    address: 'e321dedcc72761be1bbf16159f679ffd98183a69',
  },
  {
    name: 'V5, private key 2',
    privateKey: '0000000000000000000000000000000000000000000000000000000000000002',
    publicKey:
      '56cefd60d7c87c000d58ef57fa73ba4d9c0dfa08c08a7331495c2e1da3f2bd5231b7e7e6cc8189f668535ce0f8eaf1bd6de84c182f6c8e716f780d3a970a23c3',
    message: new Uint8Array(32),
    e: 'a6420cec8bbee274b59880e19e39aa4b192d8136ac125d53947bb7124c9fa209',
    r: 'd906bb18aad8638e15318528087373dfa9108cf69e78693505d5fc9b7fec16d0',
    s: '19fb834438c512f69c89a73aa5085d6a85f78c4dacde67f98943fa49269b718d',
    address: '7def22db0ae251fa143931b0067192998c48517e',
  },
  {
    name: 'V6, private key order - 2',
    privateKey: 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121',
    publicKey:
      '56cefd60d7c87c000d58ef57fa73ba4d9c0dfa08c08a7331495c2e1da3f2bd52ce481818337e760997aca31f07150e429217b3e6d093718f9087f2c568f5dc3c',
    message: ABC,
    e: '53cadb9790add7e4da46e329cfac0f20ac741a077a2197e0eb9aa4d614c17896',
    r: '58b6d8091f3aef7d3c4b15505e240dd6edd248e58828d3f03afeb3a342d61309',
    s: 'f56ae1c3ec839aeb7101c62469f7b68419266b10f65e7da7c425c8be033ca013',
    address: 'f37e253ac4ad9382a7c549d9b6261ac8fa496960',
  },
  {
    name: 'V7, of another library',
    publicKey:
      '20e9c9497bf151e33c3af9e7deb63e2133a27d21fa1647cee0afda049af1f664f81dc793ebab487ab51414081075e57a65b016da4087f491c04977a6397327b2',
    message: bytesOf('hello world'),
    r: '76415405cbb177ebb37a835a2b5a022f66c250abf482e4cb343dcb2091bc1f2e',
    s: '61f0665f805e78dd19073922992c671867a1dee839e8179d39b532eb66b9cd90',
  },
  {
    name: 'V8, of another library',
    publicKey:
      'b0e4e03d589c97375bbd6ea49483dd976fb88bbb0c07c72827cd8808b5794d5e2881721e8d9bf56e81fc1e0c325f4ffc052e67fc3a31510d66e7b8749b93b636',
    message: bytesOf('hello world'),
    r: '45facce4bde9b8a34d43e6060210928802878ddd86a6eae2938313a165f9f100',
    s: 'd9656da4ec90fb2efa399c0ecc6301882ca3301925281c58c2e29d9fd6f9c221',
  },
  {
    name: 'the transaction of wire.md 16.3',
    privateKey: 'ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690',
    publicKey:
      'ec1a47985dec9762d22b69b2406acefa5e5b9c07408b78b6164b0295c9177639c9d3cce3cbb3fa45d5b8fff5252dee10f66b3967bdb37ddaecbb99ec417e2f3a',
    message: fromHex('2f8231e2e39122788c46872bc0cf0964e10a3667999b710a972aa033a79d67f4'),
    e: 'b93b49e5cb095d5af0fbe3a115307e065c58e63c81c5648c4d222b56e296f3a4',
    r: 'f5f686f74308fefd0cac384f7664d3f19cf35d95bedc86a455b9aa22dd9c79eb',
    s: '2879d84cf371aa2d017f6f0ac55dc7aba4b2edcb78bee430ce366d30e21b6abc',
    address: '14a0d0eb5538d1c5cc69d0f54c18bafec75ba95c',
  },
];

export interface Secp256k1Vector {
  readonly privateKey: string;
  readonly message: string;
  readonly signature: string;
  readonly address: string;
}

/** 9.4 and wire.md 16.6 */
export const SECP256K1: readonly Secp256k1Vector[] = [
  {
    privateKey: '0000000000000000000000000000000000000000000000000000000000000001',
    message: 'a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e',
    signature:
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e501',
    address: '7e5f4552091a69125d5dfcb7b8c2659029395bdf',
  },
  {
    privateKey: '0000000000000000000000000000000000000000000000000000000000000001',
    message: '7d1833f54854ac51659521afcd0ec6dca2ce2351429614bfa28a756b1b3c637f',
    signature:
      '8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc2100',
    address: '7e5f4552091a69125d5dfcb7b8c2659029395bdf',
  },
  {
    privateKey: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140',
    message: 'a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e',
    signature:
      'fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d06b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed500',
    address: '80c0dbf239224071c59dd8970ab9d542e3414ab2',
  },
  {
    privateKey: 'f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181',
    message: '4ba38d48a60f1b29e9eb726eaff08b2e83d8d81e031666fee50e85900d7dc1ef',
    signature:
      '7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea00',
    address: '3b7afc0192e752307a611e53ad177d55482bce2a',
  },
  {
    privateKey: '4646464646464646464646464646464646464646464646464646464646464646',
    message: 'daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53',
    signature:
      '28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa63627667cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d8300',
    address: '9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f',
  },
  {
    privateKey: 'ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690',
    message: '706b3416b3719437a4d84d09368727d5e260cf2c408e1095e31ccec801a9c5a9',
    signature:
      '9e41021538d26c79ff37f38bcc2d3cb203c0e4e64add1b85a86abb17da54ad8a38ecf1fb56478a9c770a69a41504421ce2d6ea299ac49fcbae8d43f9905ec5f600',
    address: '9ab7994b45ccba88b4dc4ee07f5ef7fddc088888',
  },
  {
    privateKey: 'ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690',
    message: '0000000000000000000000000000000000000000000000000000000000000000',
    signature:
      'b1f8019e0c9749e4508c4cfc8e7fb8730cc65799b862dba36c099be7204ad81246b8c31fcd7ad43edf5544e55efa56eb230c28a2662dfca56e2e91c93ad0178900',
    address: '9ab7994b45ccba88b4dc4ee07f5ef7fddc088888',
  },
  {
    privateKey: 'ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690',
    message: 'fca25ae6184ea483cd659436e3dad9671b0958f954f524f099b27d38803780ef',
    signature:
      '018e6799feaa574de05b9ec7a2ee4488de185404acd4432d14c06d082e92144b2bde0d006b61d5553b4abe7b3a181d3b26b342d05e1aa119ad05cac46edc0b2200',
    address: '9ab7994b45ccba88b4dc4ee07f5ef7fddc088888',
  },
];
