// Transforms the rows of a LibSVM folder against the endpoint that AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME names, which answers one line
// for each Amazon Record: once for each number of requests in flight. Prints a line of JSON for each.
// bench/transform_in_flight.py compares them.
// usage: transform_in_flight_bench FOLDER ROWS_PER_REQUEST IN_FLIGHT ...

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "sagespark/codec/response_row_deserializer.h"
#include "sagespark/data/batch_builder.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

namespace sagespark::bench {
namespace {

using namespace sagespark::sagemaker;

/// A prediction of 1 for each line.
class LineDeserializer final : public codec::ResponseRowDeserializer {
 public:
  std::string accept() const override { return "text/plain"; }
  std::vector<data::Field> fields() const override { return {{"prediction", data::TypeId::kDouble}}; }
  Result<data::Batch> Deserialize(std::string_view body, int64_t) const override {
    SAGESPARK_ASSIGN_OR_RETURN(auto builder, data::BatchBuilder::Make(std::make_shared<const data::Schema>(fields())));
    for (const char c : body) {
      if (c == '\n') builder.AppendDouble(0, 1);
    }
    return builder.Finish();
  }
};

void Transform(const sql::DataFrame& rows, int64_t rows_per_request, int in_flight) {
  const SageMakerModel model({.requestRowSerializer = ProtobufRequestRowSerializer(),
                              .responseRowDeserializer = LineDeserializer(),
                              .existingEndpointName = "stub",
                              .endpointCreationPolicy = EndpointCreationPolicy::DO_NOT_CREATE,
                              .requestOptions = {.requestsInFlight = in_flight, .maxRowsPerRequest = rows_per_request}});
  const auto start = std::chrono::steady_clock::now();
  const int64_t count = model.transform(rows).count();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("{\"in_flight\": %d, \"rows\": %jd, \"seconds\": %.4f}\n", in_flight, count, seconds);
  std::fflush(stdout);
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() < 3) return 64;
  auto spark = sql::SparkSession::builder().appName("transform_in_flight").master("local[2]").getOrCreate();
  const sql::DataFrame rows = spark.read().format("libsvm").option("numFeatures", "784").load(arguments[0]).repartition(2);
  rows.cache();
  rows.count();
  for (size_t i = 2; i < arguments.size(); ++i) Transform(rows, std::stoll(arguments[1]), std::stoi(arguments[i]));
  return 0;
}

}  // namespace
}  // namespace sagespark::bench

int main(int argc, char** argv) {
  try {
    return sagespark::bench::Main({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
