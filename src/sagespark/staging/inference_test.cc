#include "sagespark/staging/inference.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <set>

#include "sagespark/data/testing/batch_json.h"
#include "sagespark/staging/testing/line_format.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::staging {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using data::testing::JsonOf;
using data::testing::SchemaOf;
using testing::AllRows;
using testing::Batches;
using testing::LineDeserializer;
using testing::LineSerializer;

/// Answers every line with "0" appended: ten times the number. Notes what it got.
class EchoEndpoint : public ModelEndpoint {
 public:
  const std::string& name() const override { return name_; }

  Result<std::string> Invoke(std::string body, std::string_view content_type, std::string_view accept,
                             const InvokeOptions& options) override {
    size_t number = 0;
    {
      std::lock_guard lock(mutex_);
      number = bodies_.size();
      bodies_.push_back(body);
      content_types_ = std::string(content_type) + " -> " + std::string(accept);
      most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    }
    Result<std::string> reply = Answer(number, body, options.cancellation);
    std::lock_guard lock(mutex_);
    --in_flight_;
    return reply;
  }

  std::vector<std::string> bodies() const {
    std::lock_guard lock(mutex_);
    return bodies_;
  }
  int most_in_flight() const { return most_in_flight_; }
  const std::string& content_types() const { return content_types_; }

 protected:
  virtual Result<std::string> Answer(size_t number, const std::string& body, const CancellationToken& cancellation) {
    static_cast<void>(number), static_cast<void>(cancellation);
    return TenTimes(body);
  }
  static std::string TenTimes(const std::string& body) {
    std::string reply;
    for (char c : body) reply += c == '\n' ? "0\n" : std::string(1, c);
    return reply;
  }

 private:
  const std::string name_ = "echo";
  mutable std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::string content_types_;
  int in_flight_ = 0;
  int most_in_flight_ = 0;
};

const auto kNumbers = SchemaOf({{"x", data::TypeId::kLong}});

std::shared_ptr<Inference> InferenceOn(std::shared_ptr<ModelEndpoint> endpoint, InferenceOptions options = {}) {
  return std::make_shared<Inference>(Inference{.endpoint = std::move(endpoint),
                                               .serializer = std::make_shared<LineSerializer>(),
                                               .deserializer = std::make_shared<LineDeserializer>(),
                                               .options = options});
}

Result<std::unique_ptr<data::BatchStream>> PredictRows(std::shared_ptr<const Inference> inference,
                                                       std::vector<std::string> batches,
                                                       const CancellationToken& cancellation = {}) {
  return Predict(std::move(inference), std::make_unique<Batches>(kNumbers, std::move(batches)), 3, cancellation);
}

TEST(PredictTest, AppendsThePredictionOfEveryRow) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint), {"[[1],[2]]", "[[3]]"}));
  EXPECT_EQ(*stream->schema(), *SchemaOf({{"x", data::TypeId::kLong}, {"y", data::TypeId::kLong}}));
  EXPECT_THAT(AllRows(*stream), HasValue("[[1,10],[2,20],[3,30]]"));
  EXPECT_EQ(endpoint->content_types(), "text/csv -> text/plain");
}

TEST(PredictTest, ReplacesTheRowsWhenTheyAreNotToBePrepended) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint, {.prepend_rows = false}), {"[[1],[2]]", "[[3]]"}));
  EXPECT_EQ(*stream->schema(), *SchemaOf({{"y", data::TypeId::kLong}}));
  EXPECT_THAT(AllRows(*stream), HasValue("[[10],[20],[30]]"));
}

TEST(PredictTest, FillsRequestsAcrossBatchesUpToThePayloadLimit) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  // Rows of 2 bytes: 3 fit 7 bytes.
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint, {.max_payload_bytes = 7, .requests_in_flight = 1}),
                                                {"[[1],[2]]", "[[3],[4],[5],[6],[7]]", "[[8]]"}));
  EXPECT_THAT(AllRows(*stream), HasValue("[[1,10],[2,20],[3,30],[4,40],[5,50],[6,60],[7,70],[8,80]]"));
  EXPECT_THAT(endpoint->bodies(), ElementsAre("1\n2\n3\n", "4\n5\n6\n", "7\n8\n"));
}

TEST(PredictTest, KeepsTheRowLimitOfARequest) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint, {.max_rows_per_request = 2, .requests_in_flight = 1}),
                                                {"[[1]]", "[[2],[3],[4]]", "[[5]]"}));
  EXPECT_THAT(AllRows(*stream), HasValue("[[1,10],[2,20],[3,30],[4,40],[5,50]]"));
  EXPECT_THAT(endpoint->bodies(), ElementsAre("1\n2\n", "3\n4\n", "5\n"));
}

TEST(PredictTest, KeepsTheLimitOfBytesInFlight) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  // Requests of one row, 2 bytes: of a window of 4 requests, 2 fit.
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint, {.max_payload_bytes = 2, .max_bytes_in_flight = 4}),
                                                {"[[1],[2],[3],[4],[5],[6],[7],[8]]"}));
  for (int request = 0; request < 3; ++request) ASSERT_OK(stream->Next());
  stream.reset();  // Waits for what is in flight.
  EXPECT_EQ(endpoint->bodies().size(), 4u);  // Without the limit, the third call would have sent the fifth and sixth.
}

TEST(PredictTest, RequestsThatTheRowLimitEndsAreCountedByTheirSize) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  // Requests of 2 bytes where 1000 are allowed: the window of 4 fits all the same.
  ASSERT_OK_AND_ASSIGN(auto stream,
                       PredictRows(InferenceOn(endpoint, {.max_payload_bytes = 1000, .max_rows_per_request = 1,
                                                          .requests_in_flight = 4, .max_bytes_in_flight = 1000}),
                                   {"[[1],[2],[3],[4],[5],[6],[7],[8]]"}));
  for (int request = 0; request < 3; ++request) ASSERT_OK(stream->Next());
  stream.reset();
  EXPECT_EQ(endpoint->bodies().size(), 6u);
}

TEST(PredictTest, APartitionWithoutRowsSendsNothing) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint), {}));
  EXPECT_THAT(AllRows(*stream), HasValue("[]"));
  EXPECT_THAT(endpoint->bodies(), ElementsAre());
}

TEST(PredictTest, TheFirstRowsCostOneRequest) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint, {.max_rows_per_request = 1}), {"[[1],[2],[3],[4]]"}));
  ASSERT_OK_AND_ASSIGN(const auto batch, stream->Next());
  EXPECT_EQ(JsonOf(*batch), "[[1,10]]");
  EXPECT_THAT(endpoint->bodies(), ElementsAre("1\n"));
}

/// Answers in groups of 1, 2, 4, 4 ... requests, as the window grows: when a group has arrived whole, its last request first.
class LastFirstEndpoint final : public EchoEndpoint {
 protected:
  Result<std::string> Answer(size_t, const std::string& body, const CancellationToken&) override {
    const int value = std::stoi(body);
    const int group_end = value == 1 ? 1 : value <= 3 ? 3 : (value + 4) / 4 * 4 - 1;
    std::unique_lock lock(answers_);
    ++arrived_;
    turn_.notify_all();
    // As many requests as there are values up to the group's end: the groups before have all arrived.
    turn_.wait(lock, [&] { return value == group_end ? arrived_ == group_end : answered_.count(value + 1) > 0; });
    answered_.insert(value);
    turn_.notify_all();
    return TenTimes(body);
  }

 private:
  std::mutex answers_;
  std::condition_variable turn_;
  int arrived_ = 0;
  std::set<int> answered_;
};

TEST(PredictTest, KeepsTheOrderOfRowsWhenRepliesComeInReverse) {
  auto endpoint = std::make_shared<LastFirstEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint, {.max_rows_per_request = 1, .requests_in_flight = 4}),
                                                {"[[1],[2],[3],[4],[5]]", "[[6],[7],[8],[9],[10],[11]]"}));
  EXPECT_THAT(AllRows(*stream), HasValue("[[1,10],[2,20],[3,30],[4,40],[5,50],[6,60],[7,70],[8,80],[9,90],[10,100],[11,110]]"));
  EXPECT_EQ(endpoint->most_in_flight(), 4);
}

class ShortEndpoint final : public EchoEndpoint {
 protected:
  Result<std::string> Answer(size_t number, const std::string& body, const CancellationToken&) override {
    const std::string reply = TenTimes(body);
    return number == 0 ? reply : reply.substr(reply.find('\n') + 1);  // Without its first prediction.
  }
};

TEST(PredictTest, FewerPredictionsThanRowsAreAnErrorThatNamesBothCounts) {
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(std::make_shared<ShortEndpoint>(), {.max_rows_per_request = 2}),
                                                {"[[1],[2],[3],[4]]"}));
  EXPECT_THAT(AllRows(*stream),
              IsError(ErrorKind::kModelError, "Endpoint \"echo\", rows 2 to 3 of partition 3: Reply holds another number of "
                                              "predictions than the request held rows: 1 predictions for 2 rows"));
}

class OtherColumns final : public codec::ResponseRowDeserializer {
 public:
  std::string accept() const override { return "text/plain"; }
  std::vector<data::Field> fields() const override { return {{"y", data::TypeId::kLong}, {"z", data::TypeId::kLong}}; }
  Result<data::Batch> Deserialize(std::string_view body, int64_t rows) const override {
    return LineDeserializer().Deserialize(body, rows);
  }
};

TEST(PredictTest, ADeserializerThatGivesOtherColumnsThanItSaidIsAnError) {
  auto inference = InferenceOn(std::make_shared<EchoEndpoint>());
  inference->deserializer = std::make_shared<OtherColumns>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(inference, {"[[1]]"}));
  EXPECT_THAT(AllRows(*stream), IsError(ErrorKind::kSchemaMismatch, HasSubstr("other columns than its fields")));
}

class FailingEndpoint final : public EchoEndpoint {
 protected:
  Result<std::string> Answer(size_t, const std::string&, const CancellationToken&) override {
    return Error(ErrorKind::kModelError, "Model failed");
  }
};

TEST(PredictTest, AnEndpointsErrorKeepsItsKindAndNamesTheRows) {
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(std::make_shared<FailingEndpoint>()), {"[[1],[2]]"}));
  EXPECT_THAT(AllRows(*stream), IsError(ErrorKind::kModelError, "Endpoint \"echo\", rows 0 to 1 of partition 3: Model failed"));
}

TEST(PredictTest, ARowAboveThePayloadLimitIsAnErrorThatNamesIt) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(endpoint, {.max_payload_bytes = 4}), {"[[1]]", "[[2],[12345]]"}));
  EXPECT_THAT(AllRows(*stream),
              IsError(ErrorKind::kResourceLimit, "Partition 3, batch from row 1 on: Row is too large: row 1"));
}

/// Cannot predict multiples of 3.
class PickyEndpoint final : public EchoEndpoint {
 protected:
  Result<std::string> Answer(size_t, const std::string& body, const CancellationToken&) override {
    if (std::stoi(body) % 3 == 0) return Error(ErrorKind::kModelError, "Model failed");
    return TenTimes(body);
  }
};

TEST(PredictTest, WithAnErrorColumnTheRowsOfAFailedRequestHaveNoPredictionsAndTheOthersGoOn) {
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(std::make_shared<PickyEndpoint>(),
                                                            {.max_rows_per_request = 2, .error_column = "error"}),
                                                {"[[1],[2]]", "[[3],[4],[5]]"}));
  EXPECT_EQ(*stream->schema(),
            *SchemaOf({{"x", data::TypeId::kLong}, {"y", data::TypeId::kLong}, {"error", data::TypeId::kString}}));
  EXPECT_THAT(AllRows(*stream),
              HasValue("[[1,10,null],[2,20,null],"
                       "[3,null,\"Endpoint \\\"echo\\\", rows 2 to 3 of partition 3: Model failed\"],"
                       "[4,null,\"Endpoint \\\"echo\\\", rows 2 to 3 of partition 3: Model failed\"],[5,50,null]]"));
}

TEST(PredictTest, WithAnErrorColumnARowThatCannotBeSerializedIsAnErrorOfThatRowAlone) {
  auto endpoint = std::make_shared<EchoEndpoint>();
  ASSERT_OK_AND_ASSIGN(auto stream,
                       PredictRows(InferenceOn(endpoint, {.max_payload_bytes = 4, .requests_in_flight = 1, .error_column = "error"}),
                                   {"[[1],[12345],[2],[3]]", "[[4]]"}));
  EXPECT_THAT(AllRows(*stream),
              HasValue("[[1,10,null],[12345,null,\"Partition 3, batch from row 0 on: Row is too large: row 1\"],"
                       "[2,20,null],[3,30,null],[4,40,null]]"));
  EXPECT_THAT(endpoint->bodies(), ElementsAre("1\n", "2\n3\n", "4\n"));
}

TEST(PredictTest, WithAnErrorColumnPredictionsAloneKeepIt) {
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(std::make_shared<PickyEndpoint>(),
                                                            {.max_rows_per_request = 1, .prepend_rows = false, .error_column = "e"}),
                                                {"[[2],[3]]"}));
  EXPECT_THAT(AllRows(*stream), HasValue("[[20,null],[null,\"Endpoint \\\"echo\\\", rows 1 to 1 of partition 3: Model failed\"]]"));
}

/// Answers all but the row 3, which it holds until it is told to stop.
class HoldingEndpoint final : public EchoEndpoint {
 protected:
  Result<std::string> Answer(size_t, const std::string& body, const CancellationToken& cancellation) override {
    if (body != "3\n") return TenTimes(body);
    std::promise<void> cancelled;
    const auto registration = cancellation.OnCancel([&] { cancelled.set_value(); });
    cancelled.get_future().wait();
    return Cancelled("Cancelled");
  }
};

TEST(PredictTest, CancellingTheTaskEndsTheRequestsInFlight) {
  CancellationSource task;
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(std::make_shared<HoldingEndpoint>()), {"[[3]]"}, task.token()));
  task.Cancel();
  EXPECT_THAT(stream->Next(), IsError(ErrorKind::kCancelled, HasSubstr("Cancelled")));
}

TEST(PredictTest, ACancellationNeverBecomesAnErrorColumn) {
  CancellationSource task;
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(std::make_shared<HoldingEndpoint>(), {.error_column = "error"}),
                                                {"[[3]]"}, task.token()));
  task.Cancel();
  EXPECT_THAT(stream->Next(), IsError(ErrorKind::kCancelled, HasSubstr("Cancelled")));
}

TEST(PredictTest, DestroyingAStreamCancelsWhatIsInFlight) {
  ASSERT_OK_AND_ASSIGN(auto stream, PredictRows(InferenceOn(std::make_shared<HoldingEndpoint>(), {.max_rows_per_request = 1}),
                                                {"[[1],[2],[3],[4]]"}));
  ASSERT_OK(stream->Next());
  ASSERT_OK(stream->Next());  // Rows 2 and 3 were sent together.
  stream.reset();
}

TEST(PredictedSchemaTest, RefusesAColumnThatIsThereAlreadyAndASchemaThatTheSerializerRefuses) {
  const auto inference = InferenceOn(std::make_shared<EchoEndpoint>());
  EXPECT_THAT(PredictedSchema(*inference, *SchemaOf({{"x", data::TypeId::kLong}, {"Y", data::TypeId::kLong}})),
              IsError(ErrorKind::kSchemaMismatch, "Prediction column exists in the input already: \"y\""));
  EXPECT_THAT(PredictedSchema(*inference, *SchemaOf({{"z", data::TypeId::kLong}})),
              IsError(ErrorKind::kSchemaMismatch, HasSubstr("\"x\"")));
}

}  // namespace
}  // namespace sagespark::staging
