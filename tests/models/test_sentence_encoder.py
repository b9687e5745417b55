"""Models on torch: the device that they run on."""

from __future__ import annotations

import pytest

from indexer.errors import ModelError
from indexer.models.load import load_encoder
from indexer.settings import load_settings


@pytest.mark.slow
@pytest.mark.parametrize("device", ["bogus", "cuda:99", "xpu", "meta", ""])
def test_a_device_that_is_not_there_is_named(device: str) -> None:
    with pytest.raises(ModelError, match=f"The device '{device}' cannot be used") as caught:
        load_encoder(load_settings(device=device, backend="auto"))
    assert "NEWSARCHIVE_DEVICE" in caught.value.remedy
