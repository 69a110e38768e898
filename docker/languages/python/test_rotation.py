import json
import unittest
import urllib.error
import urllib.parse
import urllib.request

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy  # since 4.13

CLIENT = "6229ffaxxxxxxxxcade3e3d9"  # of the default world, with its secret
SEEDED = "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"


class RotationTest(unittest.TestCase):
    def setUp(self):
        container = DockerContainer("keyturn/keyturn:latest").with_exposed_ports(7070)
        keyturn = self.enterContext(container.waiting_for(HttpWaitStrategy(7070, "/__admin/ready")))
        self.base = f"http://{keyturn.get_container_host_ip()}:{keyturn.get_exposed_port(7070)}"

    def takes(self, secret):
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": secret}
        try:
            urllib.request.urlopen(f"{self.base}/oidc/token", urllib.parse.urlencode(form).encode()).close()
        except urllib.error.HTTPError as refusal:
            self.assertEqual(json.load(refusal)["error"], "invalid_client")
            return False
        return True

    def test_a_rotated_secret_replaces_the_old_one(self):
        self.assertTrue(self.takes(SEEDED))
        request = urllib.request.Request(
            f"{self.base}/api/v3/refresh-application-secret",
            json.dumps({"appId": CLIENT}).encode(),
            {"Authorization": "Bearer token", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            secret = json.load(response)["data"]["secret"]
        self.assertTrue(self.takes(secret))
        self.assertFalse(self.takes(SEEDED))
