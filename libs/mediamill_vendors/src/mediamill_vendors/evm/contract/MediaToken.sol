// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// What a contract answers that agrees to be given tokens.
interface TokenReceiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
}

/// Media as tokens: ERC-721 with a URI for each token, and ERC-2981 royalties.
///
/// Ids are chosen by whoever mints and derived from the media. An id is given out once and for all, also after its token
/// was burnt, so a mint that is sent twice makes one token: that is what "exactly once" of a mint job stands on.
contract MediaToken {
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    /// Tells all that a lost database needs to know of a mint.
    event Minted(uint256 indexed tokenId, address indexed to, bytes32 indexed jobKey, string uri);
    event MinterSet(address indexed account, bool allowed);
    event RoyaltySet(address receiver, uint96 basisPoints);
    event OwnershipOffered(address indexed owner, address indexed heir);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error AlreadyMinted(uint256 tokenId);
    error NoSuchToken(uint256 tokenId);
    error NotTheOwner();
    error NotAMinter();
    error NotApproved();
    error NobodyThere();
    error NotTaken(address to);
    error TooMuch();

    uint96 private constant WHOLE = 10_000;

    string public name;
    string public symbol;
    /// May set minters and the royalty, and cannot mint by that.
    address public owner;
    /// Whom the ownership was offered to; it passes when that one takes it, so that a mistyped address gets nothing.
    address public heir;
    mapping(address => bool) public isMinter;

    address private royaltyReceiver;
    uint96 private royaltyBasisPoints;
    mapping(uint256 => address) private holders;
    mapping(uint256 => bool) private burnt;
    mapping(uint256 => string) private uris;
    mapping(address => uint256) private balances;
    mapping(uint256 => address) private approvals;
    mapping(address => mapping(address => bool)) private operators;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotTheOwner();
        _;
    }

    constructor(
        string memory name_,
        string memory symbol_,
        address owner_,
        address minter,
        address receiver,
        uint96 basisPoints
    ) {
        if (owner_ == address(0)) revert NobodyThere();
        name = name_;
        symbol = symbol_;
        owner = owner_;
        emit OwnershipTransferred(address(0), owner_);
        if (minter != address(0)) _setMinter(minter, true);
        _setRoyalty(receiver, basisPoints);
    }

    // --- minting ------------------------------------------------------------------------------------------------

    /// Gives a new token to `to`. It does not ask a receiving contract: what that does must not make a mint fail.
    function mint(address to, uint256 tokenId, string calldata uri, bytes32 jobKey) external {
        if (!isMinter[msg.sender]) revert NotAMinter();
        if (to == address(0)) revert NobodyThere();
        if (minted(tokenId)) revert AlreadyMinted(tokenId);
        holders[tokenId] = to;
        uris[tokenId] = uri;
        unchecked {
            ++balances[to];
        }
        emit Transfer(address(0), to, tokenId);
        emit Minted(tokenId, to, jobKey, uri);
    }

    /// Whether the id was ever given out.
    function minted(uint256 tokenId) public view returns (bool) {
        return holders[tokenId] != address(0) || burnt[tokenId];
    }

    /// Ends a token; its id is never given out again.
    function burn(uint256 tokenId) external {
        address from = ownerOf(tokenId);
        _requireApproved(from, tokenId);
        burnt[tokenId] = true;
        delete holders[tokenId];
        delete approvals[tokenId];
        delete uris[tokenId];
        unchecked {
            --balances[from];
        }
        emit Transfer(from, address(0), tokenId);
    }

    // --- ERC-721 ------------------------------------------------------------------------------------------------

    function balanceOf(address holder) external view returns (uint256) {
        if (holder == address(0)) revert NobodyThere();
        return balances[holder];
    }

    function ownerOf(uint256 tokenId) public view returns (address) {
        address holder = holders[tokenId];
        if (holder == address(0)) revert NoSuchToken(tokenId);
        return holder;
    }

    function tokenURI(uint256 tokenId) external view returns (string memory) {
        ownerOf(tokenId);
        return uris[tokenId];
    }

    function approve(address to, uint256 tokenId) external {
        address holder = ownerOf(tokenId);
        if (msg.sender != holder && !operators[holder][msg.sender]) revert NotApproved();
        approvals[tokenId] = to;
        emit Approval(holder, to, tokenId);
    }

    function getApproved(uint256 tokenId) external view returns (address) {
        ownerOf(tokenId);
        return approvals[tokenId];
    }

    function setApprovalForAll(address operator, bool approved) external {
        operators[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function isApprovedForAll(address holder, address operator) external view returns (bool) {
        return operators[holder][operator];
    }

    function transferFrom(address from, address to, uint256 tokenId) public {
        if (ownerOf(tokenId) != from) revert NotApproved();
        if (to == address(0)) revert NobodyThere();
        _requireApproved(from, tokenId);
        delete approvals[tokenId];
        unchecked {
            --balances[from];
            ++balances[to];
        }
        holders[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }

    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        transferFrom(from, to, tokenId);
        if (to.code.length == 0) return;
        try TokenReceiver(to).onERC721Received(msg.sender, from, tokenId, data) returns (bytes4 answer) {
            if (answer != TokenReceiver.onERC721Received.selector) revert NotTaken(to);
        } catch {
            revert NotTaken(to);
        }
    }

    // --- ERC-2981 and ERC-165 -----------------------------------------------------------------------------------

    function royaltyInfo(uint256, uint256 salePrice) external view returns (address, uint256) {
        return (royaltyReceiver, (salePrice * royaltyBasisPoints) / WHOLE);
    }

    /// ERC-165, ERC-721, its metadata, and ERC-2981.
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == 0x01ffc9a7 || interfaceId == 0x80ac58cd || interfaceId == 0x5b5e139f
            || interfaceId == 0x2a55205a;
    }

    // --- who may what -------------------------------------------------------------------------------------------

    function setMinter(address account, bool allowed) external onlyOwner {
        _setMinter(account, allowed);
    }

    function setRoyalty(address receiver, uint96 basisPoints) external onlyOwner {
        _setRoyalty(receiver, basisPoints);
    }

    function offerOwnership(address to) external onlyOwner {
        heir = to;
        emit OwnershipOffered(owner, to);
    }

    function takeOwnership() external {
        if (msg.sender != heir) revert NotTheOwner();
        emit OwnershipTransferred(owner, heir);
        owner = heir;
        delete heir;
    }

    function _setMinter(address account, bool allowed) private {
        isMinter[account] = allowed;
        emit MinterSet(account, allowed);
    }

    function _setRoyalty(address receiver, uint96 basisPoints) private {
        if (basisPoints > WHOLE) revert TooMuch();
        royaltyReceiver = receiver;
        royaltyBasisPoints = basisPoints;
        emit RoyaltySet(receiver, basisPoints);
    }

    function _requireApproved(address holder, uint256 tokenId) private view {
        if (msg.sender != holder && msg.sender != approvals[tokenId] && !operators[holder][msg.sender]) {
            revert NotApproved();
        }
    }
}
