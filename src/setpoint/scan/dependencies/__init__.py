"""Dependencies: what the folder's lockfiles list, compared with the advisories that the ledger keeps."""
