"""OpenAI, and whoever speaks like it: https://platform.openai.com/docs/api-reference."""
