// Vercel's AI SDK with its OpenAI provider: only the base URL, the key and the models are changed.
import { createRequire } from "node:module";

const [baseURL, apiKey, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { createOpenAI } = require("@ai-sdk/openai");
const sdk = require("ai");
const openai = createOpenAI({ baseURL, apiKey });
const model = "mediamill/text-generate";
const prompt = "A fox finds a lantern in the snow.";
const told = {};

told.response = (await sdk.generateText({ model: openai(model), prompt })).text;
told.chat = (await sdk.generateText({ model: openai.chat(model), prompt })).text;
let streamed = "";
for await (const piece of sdk.streamText({ model: openai(model), prompt }).textStream) streamed += piece;
told.streamed = streamed;
const generateImage = sdk.generateImage ?? sdk.experimental_generateImage;
const { image } = await generateImage({ model: openai.image("gpt-image-1"), prompt: "a lighthouse", size: "64x64" });
told.png = Buffer.from(image.uint8Array).subarray(1, 4).toString();
const generateSpeech = sdk.generateSpeech ?? sdk.experimental_generateSpeech;
const { audio } = await generateSpeech({ model: openai.speech("tts-1"), text: prompt, voice: "alloy" });
told.sound = audio.uint8Array.length;
const transcribe = sdk.transcribe ?? sdk.experimental_transcribe;
const heard = await transcribe({ model: openai.transcription("whisper-1"), audio: audio.uint8Array });
told.heard = [heard.text, heard.language];
console.log(JSON.stringify(told));
