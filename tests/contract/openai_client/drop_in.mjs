// The npm clients as their own documentation uses them: only the base URL, the key and the models are changed.
import { createRequire } from "node:module";

const [base, apiKey, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { OpenAI, toFile } = require("openai");
const model = "mediamill/text-generate";
const messages = [{ role: "user", content: "A fox finds a lantern in the snow." }];
const client = new OpenAI({ baseURL: base, apiKey });
const told = {};

told.models = (await client.models.list()).data.map((one) => one.id);
told.chat = (await client.chat.completions.create({ model, messages })).choices[0].message.content;
let streamed = "";
for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }))
  streamed += chunk.choices[0]?.delta?.content ?? "";
told.streamed = streamed;
const images = await client.images.generate({ model: "gpt-image-1", prompt: "a lighthouse", size: "64x64" });
told.png = Buffer.from(images.data[0].b64_json, "base64").subarray(1, 4).toString();
const image = await toFile(Buffer.from(images.data[0].b64_json, "base64"), "lighthouse.png", { type: "image/png" });
const edited = await client.images.edit({ model: "gpt-image-1", image, prompt: "make it night" });
told.edited = Buffer.from(edited.data[0].b64_json, "base64").subarray(1, 4).toString();
const speech = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "A fox." });
told.sound = (await speech.arrayBuffer()).byteLength;
told.response = (await client.responses.create({ model, input: "A fox." })).output_text;
const video = await client.videos.create({ model: "mediamill/video-generate", prompt: "a lighthouse", size: "64x64" });
told.video = (await client.videos.delete(video.id)).object;
told.refused = await client.chat.completions.create({ model: "gpt-99", messages }).catch((error) => [error.status, error.code]);
console.log(JSON.stringify(told));
