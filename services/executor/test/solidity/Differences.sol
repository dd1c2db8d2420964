// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What a contract finds otherwise here than on Ethereum.
contract Differences {
    event Received(uint256 value, uint256 balance);

    uint256 public received;
    uint256[20] private slots;

    /// The value is shown, but nothing comes.
    receive() external payable {
        received += msg.value;
        emit Received(msg.value, address(this).balance);
    }

    function pay(address payable to) external payable {
        to.transfer(msg.value);
    }

    function send(address payable to, uint256 value) external returns (bool done) {
        done = to.send(value);
    }

    function callWithValue(address to, uint256 value) external returns (bool done, bytes memory output) {
        (done, output) = to.call{value: value}("");
    }

    function createWithValue(uint256 value) external returns (address made) {
        assembly {
            mstore(0, 0)
            made := create(value, 0, 1)
        }
    }

    function environment()
        external
        view
        returns (uint256 chain, uint256 baseFee, uint256 gasLimit, uint256 difficulty, uint256 balance, uint256 time)
    {
        return (block.chainid, block.basefee, block.gaslimit, block.difficulty, msg.sender.balance, block.timestamp);
    }

    function gasPrice() external view returns (uint256) {
        return tx.gasprice;
    }

    /// Gas of a slot's reading, the first time and the second: there are no warm slots.
    function readTwice() external view returns (uint256 first, uint256 second) {
        assembly {
            let a := gas()
            mstore(0, sload(5))
            let b := gas()
            mstore(0, sload(5))
            let c := gas()
            first := sub(a, b)
            second := sub(b, c)
        }
    }

    /// Gas of writing 1, 2 and 0 to a slot that holds nothing: there is no net metering.
    function writeThrice() external returns (uint256 first, uint256 second, uint256 third) {
        assembly {
            let a := gas()
            sstore(7, 1)
            let b := gas()
            sstore(7, 2)
            let c := gas()
            sstore(7, 0)
            let d := gas()
            first := sub(a, b)
            second := sub(b, c)
            third := sub(c, d)
        }
    }

    /// Precompiles 5 to 8 do not exist here; this asks for 3 ** 2 % 5.
    function powerModulo() external returns (bool done, bytes memory output) {
        (done, output) = address(5).call(abi.encode(1, 1, 1, uint8(3), uint8(2), uint8(5)));
    }

    /// More than 24 KiB of code may be deployed.
    function deployBig(uint256 length) external returns (uint256 size) {
        address made;
        assembly {
            // PUSH3 length PUSH1 0 RETURN
            mstore8(0, 0x62)
            mstore8(1, shr(16, length))
            mstore8(2, shr(8, length))
            mstore8(3, length)
            mstore8(4, 0x60)
            mstore8(5, 0)
            mstore8(6, 0xf3)
            made := create(0, 0, 7)
            size := extcodesize(made)
        }
    }

    /// The account of a call's target does not come to be.
    function touch(address nobody) external returns (bytes32 before, bytes32 afterwards) {
        before = nobody.codehash;
        (bool done,) = nobody.call("");
        require(done);
        afterwards = nobody.codehash;
    }
}
