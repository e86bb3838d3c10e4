"""Write what ranking on the device comes to, for the TypeScript client's tests."""

from tests.client.listening import golden
from tests.client.test_device import GOLDEN

if __name__ == "__main__":
    GOLDEN.write_text(golden())
