// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8;

contract Counter {
    uint public count;

    function add() public {
        count += 1;
    }

    function reset() public {
        count = 0;
    }
}
