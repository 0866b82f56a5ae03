"""The story of pytest-ramsts, told as tests: real SDKs, a fake cloud."""
