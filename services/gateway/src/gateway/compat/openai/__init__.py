"""The OpenAI API over our jobs: pictures, speech, clips and texts for clients that change nothing but the base URL."""
