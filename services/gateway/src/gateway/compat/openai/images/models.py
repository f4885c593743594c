"""What is asked for pictures, and what is answered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PostImages(BaseModel):
    """A request for pictures. Fields of the kind that OpenAI does not know, such as ``seed``, are passed on."""

    model_config = ConfigDict(extra="allow")

    model: str | None = Field(None, description="a model or an alias of one")
    prompt: str = Field(examples=["a lighthouse by the sea at night"])
    n: int | None = None
    size: str | None = Field(None, description="WxH, or auto", examples=["1024x1024"])
    response_format: Literal["url", "b64_json"] | None = Field(None, description="b64_json if nothing is said")
    output_format: str | None = Field(None, description="png is what there is")
    style: str | None = Field(None, description="a style of ours; OpenAI's vivid and natural change nothing")
    stream: bool | None = None
    partial_images: int | None = Field(None, ge=0, le=3)


class TokenDetails(BaseModel):
    """Of what the tokens were."""

    text_tokens: int
    image_tokens: int = 0


class ImageUsage(BaseModel):
    """An estimate in tokens; nothing is billed by it."""

    input_tokens: int
    output_tokens: int = 0
    total_tokens: int
    input_tokens_details: TokenDetails


class Image(BaseModel):
    """One picture, as text or where it is."""

    b64_json: str | None = None
    url: str | None = None


class Images(BaseModel):
    """The pictures."""

    created: int
    data: list[Image]
    background: str = "opaque"
    output_format: str = "png"
    quality: str = "high"
    size: str | None
    usage: ImageUsage
