// The npm client as its own documentation uses it: only the base URL, the key and the models are changed.
import { createRequire } from "node:module";

const [baseUrl, auth, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const Replicate = require("replicate");
const replicate = new Replicate({ baseUrl, auth });
const told = {};

const small = { prompt: "a lighthouse", num_outputs: 2, width: 64, height: 64 };
const files = await replicate.run("black-forest-labs/flux-schnell", { input: small });
const bytes = await Promise.all(files.map(async (file) => (await fetch(String(file))).arrayBuffer()));
told.pictures = bytes.map((one) => Buffer.from(one).subarray(1, 4).toString());
const model = "mediamill/text-generate", input = { prompt: "A fox finds a lantern in the snow." };
told.text = await replicate.run(model, { input });
told.streamed = "";
for await (const { event, data } of replicate.stream(model, { input })) if (event === "output") told.streamed += data;
const begun = await replicate.predictions.create({ model, input });
told.ended = (await replicate.predictions.cancel(begun.id)).status;
told.refused = await replicate.run("mediamill/nothing", { input }).catch((error) => error.response.status);
console.log(JSON.stringify(told));
