// Predictions over the wire, against an endpoint where every third InvokeEndpoint fails.

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "sagespark/aws/client/sagemaker_runtime_client.h"
#include "sagespark/http/server.h"
#include "sagespark/staging/inference.h"
#include "sagespark/staging/runtime_model_endpoint.h"
#include "sagespark/staging/testing/line_format.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::staging {
namespace {

/// Waits for nothing, so that retries are quick.
class ImpatientClock final : public Clock {
 public:
  SystemTime Now() const override { return System().Now(); }
  SteadyTime SteadyNow() const override { return System().SteadyNow(); }
  Status Sleep(milliseconds, const CancellationToken& cancellation) const override { return cancellation.Check(); }
};

/// Waits a fiftieth of the time.
class HastyClock final : public Clock {
 public:
  SystemTime Now() const override { return System().Now(); }
  SteadyTime SteadyNow() const override { return System().SteadyNow(); }
  Status Sleep(milliseconds duration, const CancellationToken& cancellation) const override {
    return System().Sleep(duration / 50, cancellation);
  }
};

enum class CountBy {
  kRequests,  ///< Every third request fails, whichever it is.
  kBodies,    ///< Every third body fails when it comes for the first time.
};

/// Multiplies lines by ten. Fails in turn with 500, with 429 and by cutting the connection amid the reply.
class FaultyModel {
 public:
  explicit FaultyModel(CountBy count_by) : count_by_(count_by) {
    auto server = http::Server::Start({}, [this](http::Request& request, http::ResponseWriter& response) { Answer(request, response); });
    server_ = *std::move(server);
  }

  std::string url() const { return server_->url(); }
  int faults() const { return faults_; }

 private:
  void Answer(http::Request& request, http::ResponseWriter& response) {
    const std::string body = *http::ReadAll(*request.body, 1 << 20);
    std::string reply;
    for (char c : body) reply += c == '\n' ? "0\n" : std::string(1, c);
    const int fault = NextFault(body);
    if (fault == 1) {
      static_cast<void>(response.Send({.status = 500, .body = R"({"__type":"InternalFailure","message":"x"})"}));
    } else if (fault == 2) {
      static_cast<void>(response.Send({.status = 429, .body = R"({"__type":"ThrottlingException","message":"x"})"}));
    } else if (fault == 3) {
      static_cast<void>(response.Start(200, {}, reply.size()));
      static_cast<void>(response.Write(reply.substr(0, reply.size() / 2)));
    } else {
      static_cast<void>(response.Send({.status = 200, .body = reply}));
    }
  }

  /// 1, 2 or 3 in turn when this request is to fail, else 0.
  int NextFault(const std::string& body) {
    std::lock_guard lock(mutex_);
    const bool is_new = bodies_.insert(body).second;
    const size_t count = count_by_ == CountBy::kRequests ? ++requests_ : bodies_.size();
    if (count % 3 != 0 || (count_by_ == CountBy::kBodies && !is_new)) return 0;
    return faults_++ % 3 + 1;
  }

  const CountBy count_by_;
  std::mutex mutex_;
  std::set<std::string> bodies_;
  size_t requests_ = 0;
  std::atomic<int> faults_ = 0;
  std::unique_ptr<http::Server> server_;
};

const ImpatientClock kImpatient;

/// Predicts the rows 0 to 999 in batches of 50, ten a request.
template <typename Model>
Result<std::string> PredictThousandRows(const Model& model, int requests_in_flight, const Clock& clock) {
  aws::ClientConfig config{.region = "us-east-1", .credentials = aws::Credentials{"AKIDEXAMPLE", "secret", ""}};
  config.endpoints[aws::Service::kSageMakerRuntime] = model.url();
  auto context = std::make_shared<aws::ClientContext>(*aws::MakeClientContext(config));
  context->clock = &clock;
  const auto inference = std::make_shared<Inference>(
      Inference{.endpoint = MakeRuntimeModelEndpoint(aws::MakeSageMakerRuntimeClient(context), "endpoint"),
                .serializer = std::make_shared<testing::LineSerializer>(),
                .deserializer = std::make_shared<testing::LineDeserializer>(),
                .options = {.max_rows_per_request = 10, .requests_in_flight = requests_in_flight}});
  std::vector<std::string> batches;
  for (int first = 0; first < 1000; first += 50) {
    std::string rows;
    for (int row = first; row < first + 50; ++row) rows += (rows.empty() ? "[" : ",[") + std::to_string(row) + "]";
    batches.push_back("[" + rows + "]");
  }
  const auto schema = data::testing::SchemaOf({{"x", data::TypeId::kLong}});
  SAGESPARK_ASSIGN_OR_RETURN(
      auto stream, Predict(inference, std::make_unique<testing::Batches>(schema, std::move(batches)), 0, {}));
  return testing::AllRows(*stream);
}

std::string ThousandPredictedRows() {
  std::string rows;
  for (int row = 0; row < 1000; ++row) {
    rows += (rows.empty() ? "[" : ",[") + std::to_string(row) + "," + std::to_string(row * 10) + "]";
  }
  return "[" + rows + "]";
}

TEST(PredictWithFaultsTest, EveryThirdRequestFailsAndNotOneRowIsLostDoubledOrOutOfOrder) {
  const FaultyModel model(CountBy::kRequests);
  EXPECT_THAT(PredictThousandRows(model, 1, kImpatient), HasValue(ThousandPredictedRows()));
  EXPECT_GE(model.faults(), 33);
}

TEST(PredictWithFaultsTest, TheSameWithSeveralRequestsInFlight) {
  const FaultyModel model(CountBy::kBodies);
  EXPECT_THAT(PredictThousandRows(model, 4, kImpatient), HasValue(ThousandPredictedRows()));
  EXPECT_EQ(model.faults(), 33);
}

/// Takes two requests at a time and throttles all others.
class NarrowModel {
 public:
  NarrowModel() {
    auto server = http::Server::Start({}, [this](http::Request& request, http::ResponseWriter& response) { Answer(request, response); });
    server_ = *std::move(server);
  }

  std::string url() const { return server_->url(); }
  int throttled() const { return throttled_; }
  int answered() const { return answered_; }

 private:
  void Answer(http::Request& request, http::ResponseWriter& response) {
    const std::string body = *http::ReadAll(*request.body, 1 << 20);
    if (++busy_ > 2) {
      --busy_;
      ++throttled_;
      static_cast<void>(response.Send({.status = 429, .body = R"({"__type":"ThrottlingException","message":"x"})"}));
      return;
    }
    std::string reply;
    for (char c : body) reply += c == '\n' ? "0\n" : std::string(1, c);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // So that requests meet each other.
    --busy_;
    ++answered_;
    static_cast<void>(response.Send({.status = 200, .body = reply}));
  }

  std::atomic<int> busy_ = 0;
  std::atomic<int> throttled_ = 0;
  std::atomic<int> answered_ = 0;
  std::unique_ptr<http::Server> server_;
};

TEST(PredictWithFaultsTest, AnEndpointThatThrottlesGetsFewerRequestsAndEveryRowIsPredicted) {
  const NarrowModel model;
  EXPECT_THAT(PredictThousandRows(model, 16, HastyClock()), HasValue(ThousandPredictedRows()));
  EXPECT_EQ(model.answered(), 100);
  EXPECT_GE(model.throttled(), 1);
}

}  // namespace
}  // namespace sagespark::staging
