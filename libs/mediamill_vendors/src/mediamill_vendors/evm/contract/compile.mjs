// Compiles MediaToken.sol and prints the artefact that is committed beside it as MediaToken.json.
//
//   npm install --prefix DIR solc@0.8.37
//   node compile.mjs DIR/node_modules > MediaToken.json
//
// Nothing of the build's surroundings gets into the bytes: no metadata is appended, and the target is an EVM that every
// chain in use has.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const NAME = "MediaToken";
const folder = dirname(fileURLToPath(import.meta.url));
const solc = createRequire(join(resolve(process.argv[2]), "any.js"))("solc");
const source = readFileSync(join(folder, `${NAME}.sol`), "utf8");

const settings = {
  evmVersion: "paris",
  optimizer: { enabled: true, runs: 1000 },
  metadata: { appendCBOR: false, bytecodeHash: "none" },
};
const input = {
  language: "Solidity",
  sources: { [`${NAME}.sol`]: { content: source } },
  settings: { ...settings, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"] } } },
};
const told = JSON.parse(solc.compile(JSON.stringify(input)));
const complaints = (told.errors ?? []).map((error) => error.formattedMessage);
if (complaints.length) {
  process.stderr.write(complaints.join("\n"));
  process.exit(1);
}
const made = told.contracts[`${NAME}.sol`][NAME];
const artefact = {
  contract: NAME,
  compiler: solc.version(),
  settings,
  source_sha256: createHash("sha256").update(source).digest("hex"),
  selectors: made.evm.methodIdentifiers,
  abi: made.abi,
  init: made.evm.bytecode.object,
  runtime: made.evm.deployedBytecode.object,
};
process.stdout.write(`${JSON.stringify(artefact, null, 1)}\n`);
