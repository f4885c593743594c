// Vercel's AI SDK with its Replicate provider: only the base URL, the key and the model are changed.
import { createRequire } from "node:module";

const [baseURL, apiToken, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { createReplicate } = require("@ai-sdk/replicate");
const sdk = require("ai");
const replicate = createReplicate({ baseURL, apiToken });
const generateImage = sdk.generateImage ?? sdk.experimental_generateImage;

const { image } = await generateImage({ model: replicate.image("mediamill/image-generate"), prompt: "a lighthouse", size: "64x64" });
console.log(JSON.stringify({ png: Buffer.from(image.uint8Array).subarray(1, 4).toString() }));
