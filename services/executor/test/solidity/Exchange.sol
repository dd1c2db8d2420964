// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

contract Coin is ERC20("Coin", "C") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// Two tokens in a pool whose product may only grow. Whoever wants something of it sends his part first.
contract Pair is ERC20 {
    using SafeERC20 for IERC20;

    error Locked();
    error TooLittleLiquidity();
    error TooLittleInside(uint256 wanted, uint256 had);
    error ProductShrinks(uint256 before, uint256 afterwards);

    event Mint(address indexed sender, uint256 amount0, uint256 amount1);
    event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to);
    event Swap(
        address indexed sender,
        uint256 in0,
        uint256 in1,
        uint256 out0,
        uint256 out1,
        address indexed to
    );
    event Sync(uint112 reserve0, uint112 reserve1);

    uint256 public constant MINIMUM_LIQUIDITY = 1000;
    address private constant NOBODY = address(1);

    IERC20 public token0;
    IERC20 public token1;
    uint112 private reserve0;
    uint112 private reserve1;
    uint32 private changedAt;
    uint256 public cumulativePrice0;
    uint256 private unlocked = 1;

    modifier lock() {
        if (unlocked != 1) revert Locked();
        unlocked = 0;
        _;
        unlocked = 1;
    }

    constructor() ERC20("Pool share", "SHARE") {}

    /// Called by the factory once: the constructor has no arguments, so the address depends on the salt alone.
    function initialize(IERC20 first, IERC20 second) external {
        require(address(token0) == address(0), "Pair: is initialized");
        token0 = first;
        token1 = second;
    }

    function reserves() external view returns (uint112, uint112, uint32) {
        return (reserve0, reserve1, changedAt);
    }

    function mint(address to) external lock returns (uint256 liquidity) {
        (uint256 had0, uint256 had1) = (reserve0, reserve1);
        (uint256 balance0, uint256 balance1) = balances();
        (uint256 amount0, uint256 amount1) = (balance0 - had0, balance1 - had1);
        uint256 total = totalSupply();
        if (total == 0) {
            liquidity = Math.sqrt(amount0 * amount1) - MINIMUM_LIQUIDITY;
            _mint(NOBODY, MINIMUM_LIQUIDITY);
        } else {
            liquidity = Math.min((amount0 * total) / had0, (amount1 * total) / had1);
        }
        if (liquidity == 0) revert TooLittleLiquidity();
        _mint(to, liquidity);
        update(balance0, balance1);
        emit Mint(msg.sender, amount0, amount1);
    }

    function burn(address to) external lock returns (uint256 amount0, uint256 amount1) {
        (uint256 balance0, uint256 balance1) = balances();
        uint256 liquidity = balanceOf(address(this));
        uint256 total = totalSupply();
        amount0 = (liquidity * balance0) / total;
        amount1 = (liquidity * balance1) / total;
        if (amount0 == 0 || amount1 == 0) revert TooLittleLiquidity();
        _burn(address(this), liquidity);
        token0.safeTransfer(to, amount0);
        token1.safeTransfer(to, amount1);
        (balance0, balance1) = balances();
        update(balance0, balance1);
        emit Burn(msg.sender, amount0, amount1, to);
    }

    /// Gives first and looks afterwards what has come; `data` makes it a loan that `to` is told of.
    function swap(uint256 out0, uint256 out1, address to, bytes calldata data) external lock {
        (uint256 had0, uint256 had1) = (reserve0, reserve1);
        if (out0 >= had0) revert TooLittleInside(out0, had0);
        if (out1 >= had1) revert TooLittleInside(out1, had1);
        if (out0 > 0) token0.safeTransfer(to, out0);
        if (out1 > 0) token1.safeTransfer(to, out1);
        if (data.length > 0) Borrower(to).onLoan(msg.sender, out0, out1, data);
        (uint256 in0, uint256 in1) = settle(had0, had1, out0, out1);
        emit Swap(msg.sender, in0, in1, out0, out1, to);
    }

    /// What has come in; refuses if it is not enough.
    function settle(uint256 had0, uint256 had1, uint256 out0, uint256 out1)
        private
        returns (uint256 in0, uint256 in1)
    {
        (uint256 balance0, uint256 balance1) = balances();
        in0 = balance0 > had0 - out0 ? balance0 - (had0 - out0) : 0;
        in1 = balance1 > had1 - out1 ? balance1 - (had1 - out1) : 0;
        // 0.3 % of what comes in stays out of the product.
        uint256 product = (balance0 * 1000 - in0 * 3) * (balance1 * 1000 - in1 * 3);
        uint256 before = had0 * had1 * 1000 ** 2;
        if (product < before) revert ProductShrinks(before, product);
        update(balance0, balance1);
    }

    function balances() private view returns (uint256, uint256) {
        return (token0.balanceOf(address(this)), token1.balanceOf(address(this)));
    }

    function update(uint256 balance0, uint256 balance1) private {
        require(balance0 <= type(uint112).max && balance1 <= type(uint112).max, "Pair: overflow");
        uint32 timestamp = uint32(block.timestamp % 2 ** 32);
        unchecked {
            uint32 elapsed = timestamp - changedAt;
            if (elapsed > 0 && reserve0 != 0) {
                cumulativePrice0 += (uint256(reserve1) << 112) / reserve0 * elapsed;
            }
        }
        (reserve0, reserve1, changedAt) = (uint112(balance0), uint112(balance1), timestamp);
        emit Sync(reserve0, reserve1);
    }
}

interface Borrower {
    function onLoan(address sender, uint256 out0, uint256 out1, bytes calldata data) external;
}

/// Pays back what `data` says, or tries to get in again.
contract Trader is Borrower {
    function onLoan(address, uint256 out0, uint256 out1, bytes calldata data) external {
        uint256 kind = abi.decode(data, (uint256));
        if (kind == 1) Pair(msg.sender).swap(out0, out1, address(this), "");
        Pair pair = Pair(msg.sender);
        if (out0 > 0) pair.token0().transfer(msg.sender, kind == 2 ? out0 : (out0 * 1000) / 997 + 1);
        if (out1 > 0) pair.token1().transfer(msg.sender, kind == 2 ? out1 : (out1 * 1000) / 997 + 1);
    }
}

contract Factory {
    event PairCreated(address indexed token0, address indexed token1, address pair, uint256 count);

    mapping(address => mapping(address => address)) public pairOf;
    address[] public pairs;

    function createPair(address a, address b) external returns (address pair) {
        require(a != b, "Factory: one token");
        (address first, address second) = a < b ? (a, b) : (b, a);
        require(pairOf[first][second] == address(0), "Factory: pair exists");
        pair = address(new Pair{salt: keccak256(abi.encodePacked(first, second))}());
        Pair(pair).initialize(IERC20(first), IERC20(second));
        pairOf[first][second] = pair;
        pairs.push(pair);
        emit PairCreated(first, second, pair, pairs.length);
    }
}
