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
void ModelArrays(std::string_view bytes);
void FactorizationMachinesModel(std::string_view bytes);
void LinearLearnerModel(std::string_view bytes);
void ServiceRequest(std::string_view bytes);
void LogFilter(std::string_view bytes);

}  // namespace sagespark::fuzz
