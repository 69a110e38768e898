import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class RotationTest {
  static final String CLIENT = "6229ffaxxxxxxxxcade3e3d9"; // of the default world, with its secret
  static final String SEEDED = "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f";

  @Container
  static final GenericContainer<?> KEYTURN =
      new GenericContainer<>(DockerImageName.parse("keyturn/keyturn:latest"))
          .withExposedPorts(7070)
          .waitingFor(Wait.forHttp("/__admin/ready").forPort(7070));

  @Test
  void aRotatedSecretReplacesTheOldOne() throws Exception {
    assertTrue(takes(SEEDED));
    HttpResponse<String> response = post("/api/v3/refresh-application-secret", "application/json",
        "{\"appId\":\"" + CLIENT + "\"}");
    Matcher secret = Pattern.compile("\"secret\":\"([^\"]+)\"").matcher(response.body());
    assertTrue(secret.find(), response.body());
    assertTrue(takes(secret.group(1)));
    assertFalse(takes(SEEDED));
  }

  static boolean takes(String secret) throws Exception {
    return post("/oidc/token", "application/x-www-form-urlencoded",
        "grant_type=client_credentials&client_id=" + CLIENT + "&client_secret=" + secret).statusCode() == 200;
  }

  static HttpResponse<String> post(String path, String type, String body) throws Exception {
    String base = "http://" + KEYTURN.getHost() + ":" + KEYTURN.getMappedPort(7070);
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
        .header("Content-Type", type)
        .POST(BodyPublishers.ofString(body));
    if (type.equals("application/json")) {
      request.header("Authorization", "Bearer token"); // the management API's; the token endpoint takes none
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }
}
