#include "sagespark/container/hosting/invocation_handler.h"
#include "sagespark/container/hosting/predictor_answerer.h"

#include <sstream>
#include <thread>

#include "sagespark/http/client.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::container {
namespace {

using testing::HasSubstr;

/// Answers each row's sum.
class SumPredictor final : public Predictor {
 public:
  int64_t feature_dim() const override { return 2; }

  Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& view) const override {
    const auto rows = std::get<linalg::MatrixView<const float>>(view);
    PredictionColumn sums{.name = "sum", .values = {}};
    for (int64_t row = 0; row < rows.rows(); ++row) sums.values.push_back(rows(row, 0) + rows(row, 1));
    return std::vector<PredictionColumn>{std::move(sums)};
  }
};

/// A handler behind a real server.
class InvocationHandlerTest : public testing::Test {
 protected:
  void SetUp() override { Start({}); }

  void Start(ServingOptions options) {
    server_.reset();
    handler_ = std::make_unique<InvocationHandler>(model_, std::move(options));
    ASSERT_OK_AND_ASSIGN(server_, http::Server::Start({}, [this](http::Request& request, http::ResponseWriter& response) {
                           handler_->Handle(request, response);
                         }));
  }

  http::Response Send(std::string method, std::string target, http::Headers headers = {}, std::string_view body = {}) {
    http::Client client({.port = server_->port()});
    auto response = client.Send({.method = std::move(method), .target = std::move(target), .headers = std::move(headers), .body = body},
                                Deadline::After(milliseconds(10'000)));
    EXPECT_OK(response);
    return response.ok() ? *response : http::Response{.status = 0, .headers = {}, .body = {}};
  }

  http::Response Invoke(http::Headers headers, std::string_view body) {
    return Send("POST", "/invocations", std::move(headers), body);
  }

  PredictorAnswerer model_{std::make_unique<SumPredictor>()};
  std::unique_ptr<InvocationHandler> handler_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(InvocationHandlerTest, IsHealthyAndTellsItsLimits) {
  EXPECT_EQ(Send("GET", "/ping").status, 200);
  const http::Response parameters = Send("GET", "/execution-parameters");
  EXPECT_EQ(parameters.status, 200);
  EXPECT_THAT(parameters.body, testing::ContainsRegex("\"MaxConcurrentTransforms\":[1-9].*\"BatchStrategy\":\"MULTI_RECORD\""
                                                      ",\"MaxPayloadInMB\":25"));
}

TEST_F(InvocationHandlerTest, AnswersInTheTypeThatIsAccepted) {
  const http::Response csv = Invoke({{"Content-Type", "text/csv"}, {"Accept", "text/csv"}}, "1,2\n3,4\n");
  EXPECT_EQ(csv.status, 200);
  EXPECT_EQ(csv.headers.Get("Content-Type"), "text/csv");
  EXPECT_EQ(csv.body, "3.0\n7.0\n");
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}}, "1,2").body, "{\"predictions\": [{\"sum\": 3.0}]}");
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}, {"Accept", "application/jsonlines"}}, "1,2").body, "{\"sum\": 3.0}\n");
  const http::Response weighted =
      Invoke({{"Content-Type", "text/csv"}, {"Accept", "image/png, application/json;q=0.1, text/csv;q=0.2"}}, "1,2");
  EXPECT_EQ(weighted.headers.Get("Content-Type"), "text/csv");
}

TEST_F(InvocationHandlerTest, TakesTheDefaultTypeFromItsOptions) {
  Start({.default_accept = "text/csv"});
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}}, "1,2").body, "3.0\n");
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}, {"Accept", "*/*"}}, "1,2").body, "3.0\n");
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}, {"Accept", "application/jsonlines"}}, "1,2").body, "{\"sum\": 3.0}\n");
}

TEST_F(InvocationHandlerTest, TellsErrorsApart) {
  EXPECT_EQ(Invoke({{"Content-Type", "image/png"}}, "1,2").status, 415);
  EXPECT_EQ(Invoke({{"Content-Type", "nonsense"}}, "1,2").status, 415);
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}, {"Accept", "image/png"}}, "1,2").status, 406);
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}}, "").status, 400);
  const http::Response bad = Invoke({{"Content-Type", "text/csv"}}, "1,2\n1,2,3\n");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr("row 1: Row has another length: 3 features, not 2"));
  EXPECT_EQ(Send("GET", "/invocations").status, 405);
  EXPECT_EQ(Send("POST", "/ping").status, 405);
  EXPECT_EQ(Send("GET", "/models").status, 404);
}

TEST_F(InvocationHandlerTest, RefusesABodyOverTheLimit) {
  Start({.max_payload_bytes = 3});
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}}, "1,2").status, 200);
  EXPECT_EQ(Invoke({{"Content-Type", "text/csv"}}, "1,22").status, 413);
}

TEST(ServingOptionsTest, ReadsTheEnvironment) {
  setenv("SAGEMAKER_BIND_TO_PORT", "9001", 1);
  setenv("SAGEMAKER_MAX_PAYLOAD_IN_MB", "6", 1);
  setenv("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv", 1);
  ASSERT_OK_AND_ASSIGN(const ServingOptions options, ServingOptions::FromEnvironment());
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 9001);
  EXPECT_EQ(options.max_payload_bytes, 6u << 20);
  EXPECT_EQ(options.default_accept, "text/csv");
  setenv("SAGEMAKER_MAX_PAYLOAD_IN_MB", "0", 1);
  EXPECT_EQ(ServingOptions::FromEnvironment()->max_payload_bytes, 100u << 20);
  setenv("SAGEMAKER_BIND_TO_PORT", "70000", 1);
  EXPECT_THAT(ServingOptions::FromEnvironment(), IsError(ErrorKind::kInvalidArgument, HasSubstr("SAGEMAKER_BIND_TO_PORT")));
  unsetenv("SAGEMAKER_BIND_TO_PORT");
  unsetenv("SAGEMAKER_MAX_PAYLOAD_IN_MB");
  unsetenv("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT");
}

}  // namespace
}  // namespace sagespark::container
