#include "sagespark/container/linear_learner/linear_learner_model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sagespark/algo/linear_learner/losses.h"
#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/base/archive/zip.h"
#include "sagespark/base/json/value.h"
#include "sagespark/codec/mxnet/ndarray_file.h"

namespace sagespark::container {
namespace {

using algo::LinearLoss;
using algo::LinearModel;
using algo::PredictorType;

constexpr std::string_view kParametersFile = "additional-params.json";
constexpr std::string_view kManifestFile = "manifest.json";
constexpr std::string_view kSymbolFile = "mx-mod-symbol.json";
constexpr std::string_view kArraysFile = "mx-mod-0000.params";
constexpr std::string_view kWeights = "fc0_weight";
constexpr std::string_view kBias = "fc0_bias";
constexpr std::string_view kArgument = "arg:";  // As MXNet marks arguments in a params file.

std::string ParametersJson(const LinearModel& model) {
  json::Object object = {
      {"algorithm", "linear-learner"},
      {"predictor_type", algo::PredictorTypeName(model.predictor_type)},
      {"loss", algo::LinearLossName(model.loss.loss)},
      {"feature_dim", model.feature_dim()},
      {"num_classes", model.outputs()},
      {"margin", model.loss.margin},
      {"quantile", model.loss.quantile},
      {"loss_insensitivity", model.loss.loss_insensitivity},
      {"huber_delta", model.loss.huber_delta},
  };
  if (model.predictor_type == PredictorType::kBinaryClassifier) object["threshold"] = model.threshold;
  return json::Dump(object);
}

std::string_view OutputOperator(const LinearModel& model) {
  if (model.loss.loss == LinearLoss::kLogistic) return "LogisticRegressionOutput";
  return model.loss.loss == LinearLoss::kSoftmax ? "SoftmaxOutput" : "LinearRegressionOutput";
}

json::Object Node(std::string_view op, std::string_view name, const json::Array& inputs, const json::Object& attributes) {
  json::Object node = {{"op", op}, {"name", name}, {"inputs", inputs}};
  if (!attributes.empty()) node["attrs"] = attributes;
  return node;
}

json::Array Input(int node) { return {node, 0, 0}; }

// The graph by which MXNet computes the scores: out = operator(data fc0_weight^T + fc0_bias).
std::string SymbolJson(const LinearModel& model) {
  const json::Array nodes = {
      Node("null", "data", {}, {}),
      Node("null", kWeights, {}, {}),
      Node("null", kBias, {}, {}),
      Node("FullyConnected", "fc0", {Input(0), Input(1), Input(2)}, {{"num_hidden", std::to_string(model.outputs())}}),
      Node("null", "out_label", {}, {}),
      Node(OutputOperator(model), "out", {Input(3), Input(4)}, {}),
  };
  return json::Dump(json::Object{{"nodes", nodes},
                                 {"arg_nodes", json::Array{0, 1, 2, 4}},
                                 {"node_row_ptr", json::Array{0, 1, 2, 3, 4, 5, 6}},
                                 {"heads", json::Array{Input(5)}},
                                 {"attrs", json::Object{{"mxnet_version", json::Array{"int", 10300}}}}});
}

std::string ManifestJson() {
  return json::Dump(json::Object{
      {"algorithm", "linear-learner"},
      {"files", json::Array{kParametersFile, kSymbolFile, kArraysFile}},
      {"model", "mx-mod"},
  });
}

std::string ArraysFile(const LinearModel& model) {
  return codec::WriteNdArrays({{.name = std::string(kArgument).append(kWeights),
                                .shape = {model.outputs(), model.feature_dim()},
                                .values = model.weights.values()},
                               {.name = std::string(kArgument).append(kBias),
                                .shape = {model.outputs()},
                                .values = model.bias}});
}

Result<std::string_view> FindEntry(const std::vector<archive::ZipEntry>& entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
  if (found == entries.end()) return CorruptData(fmt::format("Model is none of the linear learner: it has no {}", name));
  return std::string_view(found->bytes);
}

Result<std::string> TextOf(const json::Value& parameters, std::string_view name) {
  auto text = parameters.GetString(name);
  if (!text.ok()) return CorruptData(fmt::format("{}: {}", kParametersFile, text.error().message()));
  return text;
}

// Absent ones are the defaults.
Result<double> NumberOr(const json::Value& parameters, std::string_view name, double otherwise) {
  const json::Value* const value = parameters.Find(name);
  if (value == nullptr) return otherwise;
  if (!value->is_number()) return CorruptData(fmt::format("{}: {} is no number", kParametersFile, name));
  return value->number();
}

// By the hyperparameters' own parser, so that they mean the same.
Result<algo::LinearLearnerParams> ParseKind(const json::Value& parameters) {
  std::map<std::string, std::string> kind = {{"num_classes", "3"}};
  SAGESPARK_ASSIGN_OR_RETURN(kind["predictor_type"], TextOf(parameters, "predictor_type"));
  if (parameters.Find("loss") != nullptr) {
    SAGESPARK_ASSIGN_OR_RETURN(kind["loss"], TextOf(parameters, "loss"));
  }
  auto params = algo::ParseLinearLearnerParams(kind);
  if (!params.ok()) return CorruptData(fmt::format("{}: {}", kParametersFile, params.error().message()));
  return params;
}

const codec::NdArray* FindArray(const std::vector<codec::NdArray>& arrays, std::string_view name) {
  for (const codec::NdArray& array : arrays) {
    std::string_view found = array.name;
    if (found.starts_with(kArgument)) found.remove_prefix(kArgument.size());
    if (found == name) return &array;
  }
  return nullptr;
}

Result<LinearModel> Decode(const std::vector<archive::ZipEntry>& entries) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string_view parameters_text, FindEntry(entries, kParametersFile));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string_view arrays_bytes, FindEntry(entries, kArraysFile));
  SAGESPARK_RETURN_IF_ERROR(FindEntry(entries, kSymbolFile).status());
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value parameters, json::Parse(parameters_text));
  SAGESPARK_ASSIGN_OR_RETURN(const algo::LinearLearnerParams kind, ParseKind(parameters));
  algo::LinearLossFunction loss = algo::LinearLossFunction::Of(kind);
  SAGESPARK_ASSIGN_OR_RETURN(loss.margin, NumberOr(parameters, "margin", loss.margin));
  SAGESPARK_ASSIGN_OR_RETURN(loss.quantile, NumberOr(parameters, "quantile", loss.quantile));
  SAGESPARK_ASSIGN_OR_RETURN(loss.loss_insensitivity,
                             NumberOr(parameters, "loss_insensitivity", loss.loss_insensitivity));
  SAGESPARK_ASSIGN_OR_RETURN(loss.huber_delta, NumberOr(parameters, "huber_delta", loss.huber_delta));
  SAGESPARK_ASSIGN_OR_RETURN(const double threshold,
                             NumberOr(parameters, "threshold", algo::NaturalThreshold(loss.loss)));
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<codec::NdArray> arrays, codec::ReadNdArrays(arrays_bytes));
  const codec::NdArray* const weights = FindArray(arrays, kWeights);
  if (weights == nullptr) return CorruptData(fmt::format("{} has no array {}", kArraysFile, kWeights));
  const codec::NdArray* const bias = FindArray(arrays, kBias);
  const int64_t outputs = weights->shape.empty() ? 0 : weights->shape[0];
  if (bias == nullptr) {  // A model without use_bias.
    const std::vector<float> zeros(static_cast<size_t>(std::clamp<int64_t>(outputs, 0, 1'000'000)));
    return algo::LinearModelFromArrays(kind.predictor_type, loss, threshold, weights->shape, weights->values,
                                       std::vector<int64_t>{outputs}, zeros);
  }
  return algo::LinearModelFromArrays(kind.predictor_type, loss, threshold, weights->shape, weights->values, bias->shape,
                                     bias->values);
}

}  // namespace

std::string EncodeLinearLearnerModel(const LinearModel& model) {
  return archive::WriteZip({{std::string(kParametersFile), ParametersJson(model)},
                            {std::string(kManifestFile), ManifestJson()},
                            {std::string(kSymbolFile), SymbolJson(model)},
                            {std::string(kArraysFile), ArraysFile(model)}});
}

Result<LinearModel> ReadLinearLearnerModel(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kLinearLearnerModelFile;
  auto entries = archive::ReadZipFile(path);
  if (!entries.ok()) return std::move(entries).error().WithContext("Cannot load the linear learner's model");
  auto model = Decode(*entries);
  if (!model.ok()) return std::move(model).error().WithContext("Cannot load the model " + path.string());
  return model;
}

}  // namespace sagespark::container
