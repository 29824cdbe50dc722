#include "sagespark/aws/client/credentials.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sagespark/aws/client/http_client.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/scripted_server.h"

namespace sagespark::aws {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_server::ScriptedServer;

/// A process whose AWS settings are the test's alone.
class DefaultCredentialsTest : public testing::Test {
 protected:
  DefaultCredentialsTest() {
    std::filesystem::create_directories(folder_);
    for (const auto* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
                             "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                             "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"}) {
      Set(name, nullptr);
    }
    Set("AWS_EC2_METADATA_DISABLED", "true");
    Set("AWS_CONFIG_FILE", (folder_ + "/config").c_str());
    Set("AWS_SHARED_CREDENTIALS_FILE", (folder_ + "/credentials").c_str());
  }

  ~DefaultCredentialsTest() override {
    for (const auto& [name, value] : saved_) value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    std::filesystem::remove_all(folder_);
  }

  void Set(const std::string& name, const char* value) {
    const char* old = std::getenv(name.c_str());
    saved_.emplace(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    value != nullptr ? ::setenv(name.c_str(), value, 1) : ::unsetenv(name.c_str());
  }

  void WriteFile(const std::string& name, const std::string& text) { std::ofstream(folder_ + "/" + name) << text; }

  static Result<Credentials> Get(const std::string& profile = "default") {
    return MakeDefaultCredentials({.region = "us-east-1", .profile = profile})->Get();
  }

  const std::string folder_ = testing::TempDir() + "credentials_test_" + std::to_string(::getpid());
  std::map<std::string, std::optional<std::string>> saved_;
};

TEST_F(DefaultCredentialsTest, TheEnvironmentComesFirst) {
  WriteFile("credentials", "[default]\naws_access_key_id = FROMFILE\naws_secret_access_key = x\n");
  Set("AWS_ACCESS_KEY_ID", "FROMENV");
  Set("AWS_SECRET_ACCESS_KEY", "secret");
  Set("AWS_SESSION_TOKEN", "token");
  ASSERT_OK_AND_ASSIGN(const Credentials credentials, Get());
  EXPECT_EQ(credentials.access_key_id, "FROMENV");
  EXPECT_EQ(credentials.secret_access_key, "secret");
  EXPECT_EQ(credentials.session_token, "token");
  EXPECT_FALSE(credentials.expiration.has_value());
}

TEST_F(DefaultCredentialsTest, AProfileHasKeysOrAProcessThatPrintsThem) {
  WriteFile("credentials", "[default]\naws_access_key_id = ONE\naws_secret_access_key = x\n[two]\n"
                           "aws_access_key_id = TWO\naws_secret_access_key = y\n");
  WriteFile("keys.json", R"({"Version": 1, "AccessKeyId": "THREE", "SecretAccessKey": "z", "SessionToken": "t",
                            "Expiration": "2123-11-14T22:13:20Z"})");
  WriteFile("config", "[profile three]\ncredential_process = /bin/cat " + folder_ + "/keys.json\n");
  EXPECT_EQ(Get()->access_key_id, "ONE");
  EXPECT_EQ(Get("two")->access_key_id, "TWO");
  ASSERT_OK_AND_ASSIGN(const Credentials credentials, Get("three"));
  EXPECT_EQ(credentials.access_key_id, "THREE");
  EXPECT_EQ(credentials.session_token, "t");
  EXPECT_TRUE(credentials.expiration.has_value());
}

TEST_F(DefaultCredentialsTest, AContainersEndpointIsAskedOnce) {
  ScriptedServer server({{.method = "GET", .path = "/keys",
                          .reply = {.headers = {{"Content-Type", "application/json"}},
                                    .body = R"({"AccessKeyId": "BOX", "SecretAccessKey": "s", "Token": "t",
                                               "Expiration": "2123-11-14T22:13:20Z"})"}}});
  Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", (server.url() + "/keys").c_str());
  Set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let-me-in");
  const auto provider = MakeDefaultCredentials({.region = "us-east-1"});
  ASSERT_OK_AND_ASSIGN(const Credentials credentials, provider->Get());
  EXPECT_EQ(credentials.access_key_id, "BOX");
  EXPECT_OK(provider->Get());
  ASSERT_EQ(server.requests().size(), 1u) << "Credentials were not kept";
  EXPECT_EQ(server.requests()[0].header("authorization"), "let-me-in");
}

TEST_F(DefaultCredentialsTest, WithoutAnyTheErrorSaysWhatWasTried) {
  EXPECT_THAT(Get("default").status(),
              IsError(ErrorKind::kUnauthenticated,
                      AllOf(HasSubstr("AWS credentials not found: tried the environment"), HasSubstr("SSO"),
                            HasSubstr("AWS_EC2_METADATA_DISABLED is true"), HasSubstr("profile \"default\""))));
}

TEST(MakeCredentialsTest, ThoseOfTheConfigurationComeBeforeTheChain) {
  const auto provider = MakeCredentials({.region = "us-east-1", .credentials = Credentials{"A", "B", "C"}});
  EXPECT_EQ(provider->Get()->session_token, "C");
}

TEST(ForkTest, AClientWorksInAChildOfAProcessThatUsedIt) {
  ScriptedServer server({{.path = "/parent"}, {.path = "/child"}});
  HttpClient client;
  HttpRequest request{.endpoint = *ParseEndpoint(server.url()), .path = "/parent"};
  ASSERT_OK(client.Send(request, 1000));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(20);  // A child that hangs must not outlive the test.
    request.path = "/child";
    ::_exit(client.Send(request, 1000).ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace sagespark::aws
