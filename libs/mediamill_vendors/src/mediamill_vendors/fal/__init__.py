"""fal: https://docs.fal.ai/model-apis/model-endpoints/queue."""
