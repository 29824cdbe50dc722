#include "sagespark/server/hosting/endpoints.h"

#include <signal.h>

#include <set>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/archive/tar_gz.h"
#include "sagespark/server/testing/fake_container.h"
#include "sagespark/server/testing/folder_objects.h"
#include "sagespark/testing/temporary_folder.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
namespace sm = aws::sagemaker;
using ::testing::_;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Wanted {
  std::string mode = "echo";
  int64_t instances = 1;
  std::string model = "s3://b/model.tar.gz";
  std::vector<std::pair<std::string, double>> variants = {{"AllRequests", 1.0}};
};

class EndpointsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = *Database::Open((temporary_ / "x.db").string());
    records_ = *RecordStore::Open(*database_);
    logs_ = *LogStore::Open((temporary_ / "logs.db").string());
    images_.Add("fake", testing::FakeContainer(temporary_.path()));
    std::ofstream((fs::create_directories(temporary_ / "model"), temporary_ / "model") / "weights") << "w8";
    ASSERT_OK(archive::PackTarGz(temporary_ / "model", temporary_ / "model.tar.gz"));
    objects_.Put("b/model.tar.gz", ReadFile(temporary_ / "model.tar.gz"));
    objects_.Put("b/broken.tar.gz", "no archive");
    Open();
  }

  void Open() {
    auto endpoints = Endpoints::Open({.folder = temporary_ / "endpoints", .limits = limits_}, *records_, *logs_, objects_, images_);
    ASSERT_OK(endpoints);
    endpoints_ = *std::move(endpoints);
  }

  void Create(const std::string& name, const Wanted& wanted) {
    sm::DescribeModelResponse model{.model_name = name};
    model.primary_container = {.image = "r/fake:1", .model_data_url = wanted.model, .environment = {{"MODE", wanted.mode}}};
    ASSERT_OK(records_->Insert(RecordKind::kModel, {.name = name, .document = ToJson(model)}));
    sm::DescribeEndpointConfigResponse config{.endpoint_config_name = name};
    sm::DescribeEndpointResponse endpoint{.endpoint_name = name, .endpoint_config_name = name, .endpoint_status = "Creating"};
    for (const auto& [variant, weight] : wanted.variants) {
      config.production_variants.push_back(
          {.variant_name = variant, .model_name = name, .initial_instance_count = wanted.instances, .initial_variant_weight = weight});
      endpoint.production_variants.push_back({.variant_name = variant, .desired_instance_count = wanted.instances});
    }
    ASSERT_OK(records_->Insert(RecordKind::kEndpointConfig, {.name = name, .document = ToJson(config)}));
    ASSERT_OK(records_->Insert(RecordKind::kEndpoint, {.name = name, .status = "Creating", .document = ToJson(endpoint)}));
    endpoints_->Create(name);
  }

  sm::DescribeEndpointResponse Settled(const std::string& name) {
    const Deadline deadline = Deadline::After(std::chrono::seconds(60));
    while (records_->Get(RecordKind::kEndpoint, name)->status == "Creating" && !deadline.passed()) std::this_thread::yield();
    return *aws::FromJson<sm::DescribeEndpointResponse>(records_->Get(RecordKind::kEndpoint, name)->document);
  }

  void CreateInService(const std::string& name, const Wanted& wanted = {}) {
    Create(name, wanted);
    const auto endpoint = Settled(name);
    ASSERT_EQ(endpoint.endpoint_status, "InService") << endpoint.failure_reason.value_or("");
  }

  Result<Invoked> Invoke(const std::string& name, std::string_view body, const std::string& variant = "") {
    return endpoints_->Invoke("000000000000", name, variant,
                              {.method = "POST", .target = "/invocations", .headers = {{"Content-Type", "text/csv"}, {"Accept", "text/x"}}, .body = body}, {});
  }

  pid_t PidOf(const std::string& name) {
    const Deadline deadline = Deadline::After(std::chrono::seconds(60));
    auto reply = Invoke(name, "pid");
    while (!reply.ok() && !deadline.passed()) reply = Invoke(name, "pid");
    return reply.ok() ? std::stoi(reply->response.body) : -1;
  }

  HostingLimits limits_;
  TemporaryFolder temporary_;
  testing::FolderObjects objects_{temporary_ / "objects"};
  std::unique_ptr<Database> database_;
  std::unique_ptr<RecordStore> records_;
  std::unique_ptr<LogStore> logs_;
  ContainerImages images_;
  std::unique_ptr<Endpoints> endpoints_;  // Last: it uses all of the above to its end.
};

TEST_F(EndpointsTest, ServesTheModelAndPassesContentTypeAndAccept) {
  CreateInService("e");
  ASSERT_OK_AND_ASSIGN(const Invoked invoked, Invoke("e", "1,2"));
  EXPECT_EQ(invoked.response.body, "1,2");
  EXPECT_EQ(invoked.response.headers.Get("Content-Type"), "text/x;was=text/csv");
  EXPECT_EQ(invoked.variant, "AllRequests");
  EXPECT_EQ(Invoke("e", "model")->response.body, "w8");
  const auto streams = logs_->Streams("/aws/sagemaker/Endpoints/e", "AllRequests/i-", LogStreamOrder::kName, false, 0, 10);
  ASSERT_EQ(streams->size(), 1u);
  EXPECT_EQ(logs_->Events("/aws/sagemaker/Endpoints/e", streams->front().name, {})->front().message, "starting in mode echo");
}

TEST_F(EndpointsTest, TakesInstancesInTurn) {
  CreateInService("e", {.instances = 3});
  std::set<std::string> pids;
  for (int i = 0; i < 3; ++i) pids.insert(Invoke("e", "pid")->response.body);
  EXPECT_EQ(pids.size(), 3u);
}

TEST_F(EndpointsTest, SpreadsRequestsByTheVariantsWeights) {
  CreateInService("e", {.variants = {{"A", 3.0}, {"B", 1.0}}});
  int to_a = 0;
  for (int i = 0; i < 40; ++i) to_a += Invoke("e", "x")->variant == "A";
  EXPECT_NEAR(to_a, 30, 2);
  EXPECT_EQ(Invoke("e", "x", "B")->variant, "B");
  EXPECT_THAT(Invoke("e", "x", "C"), IsError(ErrorKind::kInvalidArgument, HasSubstr("no production variant C")));
}

TEST_F(EndpointsTest, AContainersErrorComesBackAsItIs) {
  CreateInService("e", {.mode = "error"});
  ASSERT_OK_AND_ASSIGN(const Invoked invoked, Invoke("e", "x"));
  EXPECT_EQ(invoked.response.status, 500);
  EXPECT_EQ(invoked.response.body, "no such luck");
}

TEST_F(EndpointsTest, AnEndpointThatCannotComeUpFailsWithTheReason) {
  endpoints_.reset();
  limits_.ping_timeout = milliseconds(50);
  limits_.start_timeout = milliseconds(500);
  limits_.first_backoff = milliseconds(1);
  Open();
  const struct { const char* name; Wanted wanted; const char* reason; } cases[] = {
      {"no-ping", {.mode = "no ping"}, "did not pass the ping health check"},
      {"exits", {.mode = "exit"}, "did not pass the ping health check"},
      {"no-model", {.model = "s3://b/none"}, "Failed to download model data for production variant AllRequests"},
      {"broken-model", {.model = "s3://b/broken.tar.gz"}, "Failed to extract model data archive for production variant AllRequests"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    Create(test_case.name, test_case.wanted);
    const auto endpoint = Settled(test_case.name);
    EXPECT_EQ(endpoint.endpoint_status, "Failed");
    EXPECT_THAT(endpoint.failure_reason.value_or(""), HasSubstr(test_case.reason));
    EXPECT_THAT(Invoke(test_case.name, "x"), IsError(ErrorKind::kInvalidArgument, HasSubstr("its status is Failed")));
    EXPECT_OK(endpoints_->Delete(test_case.name));
  }
  EXPECT_TRUE(fs::is_empty(temporary_ / "endpoints"));
}

TEST_F(EndpointsTest, AContainerThatDiesIsStartedAnew) {
  CreateInService("e");
  const pid_t first = PidOf("e");
  kill(first, SIGKILL);
  pid_t second = PidOf("e");
  while (second == first) second = PidOf("e");
  EXPECT_GT(second, 0);
  EXPECT_EQ(Settled("e").endpoint_status, "InService");
}

TEST_F(EndpointsTest, ARequestThatKillsItsContainerFailsWhileOthersGoOn) {
  CreateInService("e", {.instances = 2});
  EXPECT_THAT(Invoke("e", "die"), IsError(ErrorKind::kUnavailable, _));
  EXPECT_GT(PidOf("e"), 0);
}

TEST_F(EndpointsTest, ARequestThatTakesTooLongTimesOut) {
  endpoints_.reset();
  limits_.invocation_timeout = milliseconds(20);
  Open();
  CreateInService("e", {.mode = "slow"});
  EXPECT_THAT(Invoke("e", "x"), IsError(ErrorKind::kTimeout, _));
}

TEST_F(EndpointsTest, RefusesMoreRequestsThanMayBeUnderWay) {
  endpoints_.reset();
  limits_.max_in_flight = 1;
  Open();
  CreateInService("e", {.mode = "slow"});
  CancellationSource cancellation;
  std::thread holder([&] {
    const http::ClientRequest request{.method = "POST", .target = "/invocations", .body = "x"};
    auto reply = endpoints_->Invoke("0", "e", "", request, cancellation.token());
    // Until it gets the one place, which the other thread may hold just then.
    while (reply.error().kind() == ErrorKind::kUnavailable) reply = endpoints_->Invoke("0", "e", "", request, cancellation.token());
    EXPECT_THAT(reply, IsError(ErrorKind::kCancelled, _));
  });
  const Deadline deadline = Deadline::After(std::chrono::seconds(60));
  auto refused = Invoke("e", "pid");
  while (refused.ok() && !deadline.passed()) refused = Invoke("e", "pid");
  cancellation.Cancel();
  holder.join();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "ServiceUnavailable");
}

TEST_F(EndpointsTest, DeletionEndsTheContainersAndForgetsTheEndpoint) {
  CreateInService("e");
  const pid_t pid = PidOf("e");
  ASSERT_OK(endpoints_->Delete("e"));
  EXPECT_NE(kill(pid, 0), 0);
  EXPECT_THAT(Invoke("e", "x"), IsError(ErrorKind::kInvalidArgument, "Endpoint e of account 000000000000 not found."));
  EXPECT_THAT(endpoints_->Delete("e"), IsError(ErrorKind::kNotFound, _));
  EXPECT_TRUE(fs::is_empty(temporary_ / "endpoints"));
}

TEST_F(EndpointsTest, DeletionDoesNotWaitForAnEndpointToComeUp) {
  Create("e", {.mode = "no ping"});
  ASSERT_OK(endpoints_->Delete("e"));
  EXPECT_THAT(records_->Get(RecordKind::kEndpoint, "e"), IsError(ErrorKind::kNotFound, _));
}

TEST_F(EndpointsTest, ComesBackAfterARestartOfTheServer) {
  CreateInService("e");
  const pid_t pid = PidOf("e");
  endpoints_.reset();
  EXPECT_NE(kill(pid, 0), 0);
  EXPECT_EQ(records_->Get(RecordKind::kEndpoint, "e")->status, "InService");
  Open();
  const pid_t next = PidOf("e");
  EXPECT_GT(next, 0);
  EXPECT_NE(next, pid);
}

}  // namespace
}  // namespace sagespark::server
