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
    const auto is_settled = [&] {
      const std::string status = records_->Get(RecordKind::kEndpoint, name)->status;
      return status != "Creating" && status != "Updating";
    };
    while (!is_settled() && !deadline.passed()) std::this_thread::yield();
    return *aws::FromJson<sm::DescribeEndpointResponse>(records_->Get(RecordKind::kEndpoint, name)->document);
  }

  /// Models of the fake image, each with its environment.
  void InsertModel(const std::string& name, const std::vector<std::map<std::string, std::string>>& environments, const std::string& mode = "Serial") {
    sm::DescribeModelResponse model{.model_name = name};
    model.inference_execution_config = {.mode = mode};
    for (const auto& environment : environments) {
      model.containers.push_back({.container_hostname = "c" + std::to_string(model.containers.size()), .image = "r/fake:1", .environment = environment});
    }
    ASSERT_OK(records_->Insert(RecordKind::kModel, {.name = name, .document = ToJson(model)}));
  }

  void InsertConfig(const std::string& name, const std::string& model, const std::vector<std::string>& variants = {"AllRequests"}) {
    sm::DescribeEndpointConfigResponse config{.endpoint_config_name = name};
    for (const std::string& variant : variants) {
      config.production_variants.push_back({.variant_name = variant, .model_name = model, .initial_instance_count = 1, .initial_variant_weight = 1});
    }
    ASSERT_OK(records_->Insert(RecordKind::kEndpointConfig, {.name = name, .document = ToJson(config)}));
  }

  void InsertEndpoint(const std::string& name, const std::string& config, const std::vector<std::string>& variants = {"AllRequests"}) {
    sm::DescribeEndpointResponse endpoint{.endpoint_name = name, .endpoint_config_name = config, .endpoint_status = "Creating"};
    for (const std::string& variant : variants) {
      endpoint.production_variants.push_back({.variant_name = variant, .desired_weight = 1, .desired_instance_count = 1});
    }
    ASSERT_OK(records_->Insert(RecordKind::kEndpoint, {.name = name, .status = "Creating", .document = ToJson(endpoint)}));
    endpoints_->Create(name);
    const auto settled = Settled(name);
    ASSERT_EQ(settled.endpoint_status, "InService") << settled.failure_reason.value_or("");
  }

  struct Pending {
    std::string variant = "AllRequests";
    double weight = 1;
    int64_t instances = 1;
  };

  /// Writes the record as UpdateEndpoint does.
  void MarkUpdating(const std::string& name, const std::string& config, const std::vector<Pending>& variants = {{}}) {
    ASSERT_OK(records_->Update(RecordKind::kEndpoint, name, [&](Record& record) -> Status {
      auto endpoint = *aws::FromJson<sm::DescribeEndpointResponse>(record.document);
      endpoint.endpoint_status = "Updating";
      endpoint.pending_deployment_summary = sm::PendingDeploymentSummary{.endpoint_config_name = config};
      for (const Pending& variant : variants) {
        endpoint.pending_deployment_summary->production_variants.push_back(
            {.variant_name = variant.variant, .desired_weight = variant.weight, .desired_instance_count = variant.instances});
      }
      record.status = endpoint.endpoint_status;
      record.document = ToJson(endpoint);
      return Status::Ok();
    }));
  }

  void CreateInService(const std::string& name, const Wanted& wanted = {}) {
    Create(name, wanted);
    const auto endpoint = Settled(name);
    ASSERT_EQ(endpoint.endpoint_status, "InService") << endpoint.failure_reason.value_or("");
  }

  Result<Invoked> Ask(const std::string& name, std::string_view body, const InvocationTarget& target = {}, const ReplyOptions& options = {}) {
    return endpoints_->Invoke("000000000000", name, target,
                              {.method = "POST", .target = "/invocations", .headers = {{"Content-Type", "text/csv"}, {"Accept", "text/x"}}, .body = body},
                              {}, options);
  }

  struct Answered {
    http::Response response;
    std::string variant;
  };

  /// An error of the container is one, too.
  Result<Answered> Invoke(const std::string& name, std::string_view body, const std::string& variant = "", const std::string& container = "") {
    SAGESPARK_ASSIGN_OR_RETURN(Invoked invoked, Ask(name, body, {.variant = variant, .container = container}));
    SAGESPARK_RETURN_IF_ERROR(invoked.reply.response.status());
    return Answered{*std::move(invoked.reply.response), invoked.variant};
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
  ASSERT_OK_AND_ASSIGN(const Answered invoked, Invoke("e", "1,2"));
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
  ASSERT_OK_AND_ASSIGN(const Answered invoked, Invoke("e", "x"));
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

TEST_F(EndpointsTest, AContainerThatHangsIsStartedAnew) {
  endpoints_.reset();
  limits_.ping_interval = milliseconds(10);
  limits_.ping_timeout = milliseconds(100);
  Open();
  CreateInService("e");
  const pid_t first = PidOf("e");
  ASSERT_OK(Invoke("e", "hang"));
  while (kill(first, 0) == 0) std::this_thread::yield();  // Asked meanwhile, it would show by its answers that it lives.
  EXPECT_GT(PidOf("e"), 0);
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
    auto reply = endpoints_->Invoke("0", "e", {}, request, cancellation.token());
    // Until it gets the one place, which the other thread may hold just then.
    while (!reply.ok()) reply = endpoints_->Invoke("0", "e", {}, request, cancellation.token());
    EXPECT_THAT(reply->reply.response, IsError(ErrorKind::kCancelled, _));
  });
  const Deadline deadline = Deadline::After(std::chrono::seconds(60));
  auto refused = Invoke("e", "pid");
  while (refused.ok() && !deadline.passed()) refused = Invoke("e", "pid");
  cancellation.Cancel();
  holder.join();
  EXPECT_THAT(refused, IsError(ErrorKind::kThrottled, HasSubstr("hands full")));
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

TEST_F(EndpointsTest, ASerialModelPassesARequestThroughItsContainersInOrder) {
  InsertModel("m", {{{"TAG", "-one"}}, {{"TAG", "-two"}}, {{"TAG", "-three"}}});
  InsertConfig("c", "m");
  InsertEndpoint("e", "c");
  ASSERT_OK_AND_ASSIGN(const Answered answered, Invoke("e", "x"));
  EXPECT_EQ(answered.response.body, "x-one-two-three");
  // Accept is for the last container; each gets the Content-Type that the one before gave.
  EXPECT_EQ(answered.response.headers.Get("Content-Type"), "text/x;was=none;was=none;was=text/csv");
  EXPECT_THAT(Invoke("e", "x", "", "c1"), IsError(ErrorKind::kInvalidArgument, HasSubstr("Direct only: c1")));
  std::set<std::string> ends;
  const auto streams = logs_->Streams("/aws/sagemaker/Endpoints/e", "AllRequests/i-", LogStreamOrder::kName, false, 0, 10);
  for (const LogStreamInfo& stream : *streams) ends.insert(stream.name.substr(stream.name.rfind('/')));
  EXPECT_EQ(ends, (std::set<std::string>{"/c0", "/c1", "/c2"}));
}

TEST_F(EndpointsTest, TheContainerOfASerialModelThatRefusesIsNamed) {
  InsertModel("m", {{{"TAG", "-bad"}}, {}});
  InsertConfig("c", "m");
  InsertEndpoint("e", "c");
  ASSERT_OK_AND_ASSIGN(const Invoked invoked, Ask("e", "x"));
  EXPECT_EQ(invoked.reply.container, "c1");
  EXPECT_EQ(invoked.reply.response->status, 400);
}

TEST_F(EndpointsTest, ContainersOfADirectModelAreAskedByName) {
  InsertModel("m", {{{"TAG", "-one"}}, {{"TAG", "-two"}}}, "Direct");
  InsertConfig("c", "m");
  InsertEndpoint("e", "c");
  EXPECT_EQ(Invoke("e", "x", "", "c1")->response.body, "x-two");
  EXPECT_EQ(Invoke("e", "x", "", "c0")->response.body, "x-one");
  EXPECT_THAT(Invoke("e", "x"), IsError(ErrorKind::kInvalidArgument, HasSubstr("TargetContainerHostname is missing")));
  EXPECT_THAT(Invoke("e", "x", "", "c9"), IsError(ErrorKind::kInvalidArgument, HasSubstr("no container c9")));
}

TEST_F(EndpointsTest, TheOldContainersServeUntilTheUpdateIsReady) {
  InsertModel("old", {{{"TAG", "-old"}}});
  InsertModel("new", {{{"TAG", "-new"}}});
  InsertConfig("old", "old");
  InsertConfig("new", "new", {"Other"});
  InsertEndpoint("e", "old");
  MarkUpdating("e", "new", {{.variant = "Other"}});
  endpoints_->Update("e");
  std::string answer = "x-old";
  const Deadline deadline = Deadline::After(std::chrono::seconds(60));
  while (answer == "x-old" && !deadline.passed()) {
    const auto answered = Invoke("e", "x");
    ASSERT_OK(answered);  // Never without an answer.
    answer = answered->response.body;
  }
  EXPECT_EQ(answer, "x-new");
  const auto endpoint = Settled("e");
  EXPECT_EQ(endpoint.endpoint_status, "InService");
  EXPECT_EQ(endpoint.endpoint_config_name, "new");
  EXPECT_FALSE(endpoint.pending_deployment_summary.has_value());
  ASSERT_EQ(endpoint.production_variants.size(), 1u);
  EXPECT_EQ(endpoint.production_variants[0].variant_name, "Other");
  EXPECT_EQ(endpoint.production_variants[0].current_instance_count, 1);
}

TEST_F(EndpointsTest, AnUpdateThatCannotServeLeavesTheOldOneInServiceWithAReason) {
  endpoints_.reset();
  limits_.first_backoff = milliseconds(1);
  Open();
  InsertModel("old", {{{"TAG", "-old"}}});
  InsertModel("exits", {{{"MODE", "exit"}}});
  InsertConfig("old", "old");
  InsertConfig("exits", "exits");
  InsertEndpoint("e", "old");
  for (const auto& [config, reason] : {std::pair("exits", "did not pass the ping health check"), std::pair("absent", "No such endpoint-config: absent")}) {
    MarkUpdating("e", config);
    endpoints_->Update("e");
    const auto endpoint = Settled("e");
    EXPECT_EQ(endpoint.endpoint_status, "InService");
    EXPECT_EQ(endpoint.endpoint_config_name, "old");
    EXPECT_THAT(endpoint.failure_reason.value_or(""), HasSubstr(reason));
    EXPECT_EQ(Invoke("e", "x")->response.body, "x-old");
  }
}

TEST_F(EndpointsTest, WeightsChangeWithoutANewContainerAndNumbersOfInstancesWithNewOnes) {
  InsertModel("m", {{}});
  InsertConfig("c", "m", {"A", "B"});
  InsertEndpoint("e", "c", {"A", "B"});
  const std::string pid = Invoke("e", "pid", "B")->response.body;
  MarkUpdating("e", "c", {{.variant = "A", .weight = 0}, {.variant = "B", .weight = 2}});
  endpoints_->Rebalance("e");
  EXPECT_EQ(Settled("e").production_variants[1].current_weight, 2);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Invoke("e", "pid")->response.body, pid);
  MarkUpdating("e", "c", {{.variant = "A", .weight = 0}, {.variant = "B", .weight = 2, .instances = 2}});
  endpoints_->Rebalance("e");
  EXPECT_EQ(Settled("e").production_variants[1].current_instance_count, 2);
  std::set<std::string> pids;
  for (int i = 0; i < 4; ++i) pids.insert(Invoke("e", "pid")->response.body);
  EXPECT_EQ(pids.size(), 2u);
}

TEST_F(EndpointsTest, AnUpdateBeginsAnewAfterARestartOfTheServer) {
  InsertModel("old", {{{"TAG", "-old"}}});
  InsertModel("new", {{{"TAG", "-new"}}});
  InsertConfig("old", "old");
  InsertConfig("new", "new");
  InsertEndpoint("e", "old");
  endpoints_.reset();
  MarkUpdating("e", "new");
  Open();
  EXPECT_EQ(Settled("e").endpoint_config_name, "new");
  EXPECT_EQ(Invoke("e", "x")->response.body, "x-new");
}

TEST_F(EndpointsTest, DeletionEndsAnUpdate) {
  InsertModel("m", {{}});
  InsertModel("hangs", {{{"MODE", "no ping"}}});
  InsertConfig("c", "m");
  InsertConfig("hangs", "hangs");
  InsertEndpoint("e", "c");
  MarkUpdating("e", "hangs");
  endpoints_->Update("e");
  ASSERT_OK(endpoints_->Delete("e"));
  EXPECT_THAT(Invoke("e", "x"), IsError(ErrorKind::kInvalidArgument, HasSubstr("not found")));
  EXPECT_TRUE(fs::is_empty(temporary_ / "endpoints"));
}

TEST_F(EndpointsTest, AStreamShowsItsHeadThenItsParts) {
  CreateInService("e", {.mode = "stream"});
  std::string seen;
  const ReplyOptions options{.body =
                                 [&](std::string_view piece) {
                                   seen += piece;
                                   return Status::Ok();
                                 },
                             .head =
                                 [&](const http::Response& head) {
                                   seen += std::string(head.headers.Get(kInvokedVariantHeader)) + ":";
                                   return Status::Ok();
                                 }};
  ASSERT_OK(Ask("e", "a,b,c", {}, options)->reply.response);
  EXPECT_EQ(seen, "AllRequests:abc");
  EXPECT_THAT(Ask("e", "a,cut,c", {}, options)->reply.response, IsError(ErrorKind::kUnavailable, _));
}

TEST_F(EndpointsTest, AContainerThatAnswersGarbageIsAnErrorThatSaysSo) {
  CreateInService("e", {.mode = "garbage"});
  EXPECT_THAT(Invoke("e", "x"), IsError(ErrorKind::kCorruptData, HasSubstr("Reply is not HTTP")));
}

TEST_F(EndpointsTest, AnAnswerBeyondTheLimitIsAnError) {
  endpoints_.reset();
  limits_.max_reply_bytes = 1000;
  Open();
  CreateInService("e", {.mode = "long"});
  EXPECT_EQ(Invoke("e", "1000")->response.body.size(), 1000u);
  EXPECT_THAT(Invoke("e", "1001"), IsError(ErrorKind::kResourceLimit, HasSubstr("over 1000 bytes")));
}

TEST_F(EndpointsTest, AContainerThatFloodsItsOutputStillAnswers) {
  for (const char* mode : {"flood", "flood without lines"}) {
    SCOPED_TRACE(mode);
    CreateInService(mode == std::string("flood") ? "lines" : "bytes", {.mode = mode});
    for (int i = 0; i < 20; ++i) ASSERT_OK(Invoke(mode == std::string("flood") ? "lines" : "bytes", "x"));
    ASSERT_OK(endpoints_->Delete(mode == std::string("flood") ? "lines" : "bytes"));
  }
}

}  // namespace
}  // namespace sagespark::server
