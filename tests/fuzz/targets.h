#pragma once

#include <string_view>

// One function a parser: takes any bytes, must neither crash nor read beyond them, and may abort when what was
// parsed does not hold together.
namespace sagespark::fuzz {

void Record(std::string_view bytes);
void RecordIo(std::string_view bytes);
void KMeansAnswer(std::string_view bytes);
void LibSvm(std::string_view bytes);
void NdArray(std::string_view bytes);
void Json(std::string_view bytes);
void AwsChunked(std::string_view bytes);
void Signature(std::string_view bytes);
void Xml(std::string_view bytes);
void RequestRows(std::string_view bytes);
void Zip(std::string_view bytes);
void Tar(std::string_view bytes);
void ModelArrays(std::string_view bytes);
void FactorizationMachinesModel(std::string_view bytes);
void LinearLearnerModel(std::string_view bytes);
void ServiceRequest(std::string_view bytes);
void LogFilter(std::string_view bytes);
void JsonPathFilter(std::string_view bytes);
void RoutedRequest(std::string_view bytes);
void S3Headers(std::string_view bytes);
void S3Operation(std::string_view bytes);
void QueryForm(std::string_view bytes);
void Connection(std::string_view bytes);
void ContainerReply(std::string_view bytes);

struct Target {
  const char* name;  ///< Also of the corpus folder.
  void (*run)(std::string_view);
  int mutations = 4000;  ///< Of mutation_test; fewer where each takes a connection or the disk.
};

inline constexpr Target kTargets[] = {
    {"record", Record},
    {"recordio", RecordIo},
    {"kmeans_answer", KMeansAnswer},
    {"libsvm", LibSvm},
    {"ndarray", NdArray},
    {"json", Json},
    {"aws_chunked", AwsChunked},
    {"signature", Signature},
    {"xml", Xml},
    {"request_rows", RequestRows},
    {"zip", Zip},
    {"tar", Tar, 1000},
    {"model_arrays", ModelArrays},
    {"factorization_machines_model", FactorizationMachinesModel},
    {"linear_learner_model", LinearLearnerModel},
    {"service_request", ServiceRequest},
    {"log_filter", LogFilter},
    {"json_path", JsonPathFilter},
    {"routed_request", RoutedRequest},
    {"s3_headers", S3Headers},
    {"s3_operation", S3Operation, 1000},
    {"query_form", QueryForm},
    {"connection", Connection, 500},
    {"container_reply", ContainerReply, 500},
};

}  // namespace sagespark::fuzz
