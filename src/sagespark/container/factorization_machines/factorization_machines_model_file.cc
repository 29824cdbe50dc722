#include "sagespark/container/factorization_machines/factorization_machines_model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "sagespark/base/archive/zip.h"
#include "sagespark/base/json/value.h"
#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/container/factorization_machines/symbol_json.h"
#include "sagespark/linalg/rows.h"

namespace sagespark::container {
namespace {

using algo::FactorizationMachinesModel;
using algo::FactorizationMachinesTask;
using algo::FactorizationMachinesWeights;

constexpr int64_t kFeaturesAtOnce = 1024;
constexpr int64_t kPiecesAtOnce = 8;

std::string_view BytesOf(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

/// Writes values [first, first + count) of every feature's k + 1, feature by feature. They are gathered by all threads, for those
/// of a feature that never occurred are computed.
class ColumnWriter {
 public:
  ColumnWriter(const FactorizationMachinesWeights& weights, ThreadPool& pool, archive::ZipWriter& zip)
      : weights_(weights), pool_(pool), zip_(zip), pieces_(kPiecesAtOnce) {}

  Status Write(int64_t first, int64_t count) {
    for (int64_t begin = 0; begin < weights_.feature_dim(); begin += kPiecesAtOnce * kFeaturesAtOnce) {
      pool_.ParallelFor(kPiecesAtOnce,
                        [&](int64_t piece) { Gather(begin + piece * kFeaturesAtOnce, first, count, pieces_[piece]); });
      for (const std::vector<float>& piece : pieces_) {
        if (linalg::FirstNotFinite(piece)) {
          return InvalidArgument("Training diverged, a parameter is not finite: lower bias_lr, linear_lr or factors_lr");
        }
        SAGESPARK_RETURN_IF_ERROR(zip_.Write(BytesOf(piece)));
      }
    }
    return Status::Ok();
  }

 private:
  void Gather(int64_t begin, int64_t first, int64_t count, std::vector<float>& values) const {
    values.clear();
    std::vector<float> scratch(weights_.num_factors() + 1);
    for (int64_t feature = begin; feature < std::min(begin + kFeaturesAtOnce, weights_.feature_dim()); ++feature) {
      const float* const row = weights_.Of(feature, scratch.data());
      values.insert(values.end(), row + first, row + first + count);
    }
  }

  const FactorizationMachinesWeights& weights_;
  ThreadPool& pool_;
  archive::ZipWriter& zip_;
  std::vector<std::vector<float>> pieces_;
};

Status WriteParams(const FactorizationMachinesWeights& weights, ThreadPool& pool, archive::ZipWriter& zip) {
  const int64_t features = weights.feature_dim();
  const int64_t k = weights.num_factors();
  const std::string head = codec::NdArrayFileHead(3);
  const std::string v_head = codec::NdArrayHead(std::vector<int64_t>{features, k});
  const std::string w1_head = codec::NdArrayHead(std::vector<int64_t>{features, 1});
  const std::string w0_head = codec::NdArrayHead(std::vector<int64_t>{1});
  const std::string tail = codec::NdArrayFileTail(std::vector<std::string>{"arg:v", "arg:w1_weight", "arg:w0_weight"});
  const size_t heads = head.size() + v_head.size() + w1_head.size() + w0_head.size() + tail.size();
  const int64_t values = features * (k + 1) + 1;
  SAGESPARK_RETURN_IF_ERROR(
      zip.Begin("params", static_cast<int64_t>(heads) + values * static_cast<int64_t>(sizeof(float))));
  SAGESPARK_RETURN_IF_ERROR(zip.Write(head));
  ColumnWriter columns(weights, pool, zip);
  SAGESPARK_RETURN_IF_ERROR(zip.Write(v_head));
  SAGESPARK_RETURN_IF_ERROR(columns.Write(0, k));
  SAGESPARK_RETURN_IF_ERROR(zip.Write(w1_head));
  SAGESPARK_RETURN_IF_ERROR(columns.Write(k, 1));
  SAGESPARK_RETURN_IF_ERROR(zip.Write(w0_head));
  const float bias = weights.bias();
  SAGESPARK_RETURN_IF_ERROR(zip.Write(BytesOf(std::span(&bias, 1))));
  return zip.Write(tail);
}

std::string Meta(const FactorizationMachinesWeights& weights,
                 const std::map<std::string, std::string>& hyperparameters) {
  json::Object parameters;
  for (const auto& [name, value] : hyperparameters) parameters.emplace(name, value);
  parameters["feature_dim"] = weights.feature_dim();
  parameters["num_factors"] = weights.num_factors();
  parameters["predictor_type"] = algo::PredictorTypeName(weights.task());
  return json::Dump(json::Object{{"training_parameters", std::move(parameters)}});
}

Status WriteText(archive::ZipWriter& zip, const std::string& name, std::string_view text) {
  SAGESPARK_RETURN_IF_ERROR(zip.Begin(name, static_cast<int64_t>(text.size())));
  return zip.Write(text);
}

Error NoModel(std::string_view what) {
  return CorruptData(fmt::format("File is no factorization machines model: {}", what));
}

class Archive {
 public:
  explicit Archive(std::vector<archive::ZipEntry> entries) : entries_(std::move(entries)) {}

  std::string* Find(std::string_view name) {
    for (archive::ZipEntry& entry : entries_) {
      if (entry.name == name) return &entry.bytes;
    }
    return nullptr;
  }

  Result<std::string*> Get(std::string_view name) {
    if (std::string* const bytes = Find(name)) return bytes;
    std::string others;
    for (const archive::ZipEntry& entry : entries_) others += (others.empty() ? "" : ", ") + entry.name;
    return NoModel(fmt::format("the zip has no entry {}; it has {}", name, others.empty() ? "none" : others));
  }

 private:
  std::vector<archive::ZipEntry> entries_;
};

/// The integer, also when it was written as text.
std::optional<int64_t> IntegerOf(const json::Value& value) {
  if (const int64_t* const integer = value.if_int()) return *integer;
  const std::string* const text = value.if_string();
  if (text == nullptr) return std::nullopt;
  int64_t integer = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), integer);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return integer;
}

Result<FactorizationMachinesTask> TaskOf(const json::Value* predictor_type, const std::string* symbol) {
  using enum FactorizationMachinesTask;
  if (predictor_type != nullptr) {
    for (const auto task : {kBinaryClassifier, kRegressor}) {
      if (*predictor_type == json::Value(algo::PredictorTypeName(task))) return task;
    }
    return NoModel("its predictor_type is " + json::Dump(*predictor_type));
  }
  // Older files may say it in the graph only.
  const auto ends_in = [&](std::string_view operation) {
    return symbol != nullptr && symbol->find(operation) != std::string::npos;
  };
  if (ends_in("LogisticRegressionOutput")) return kBinaryClassifier;
  if (ends_in("LinearRegressionOutput")) return kRegressor;
  return NoModel("neither meta.json nor symbol.json says its predictor_type");
}

/// The arrays of `params` by their names, without MXNet's "arg:".
class Arrays {
 public:
  explicit Arrays(std::vector<codec::NdArray> arrays) : arrays_(std::move(arrays)) {
    for (codec::NdArray& array : arrays_) {
      if (array.name.starts_with("arg:")) array.name.erase(0, 4);
    }
  }

  const codec::NdArray* Find(std::string_view name) const {
    const auto found = std::ranges::find(arrays_, name, &codec::NdArray::name);
    return found == arrays_.end() ? nullptr : &*found;
  }

  Result<algo::ModelArray> Get(std::string_view name) const {
    const codec::NdArray* const array = Find(name);
    if (array != nullptr) return algo::ModelArray{array->shape, array->values};
    std::string others;
    for (const codec::NdArray& other : arrays_) others += (others.empty() ? "\"" : ", \"") + other.name + "\"";
    return NoModel(fmt::format("its params have no array {}; they have {}", name, others.empty() ? "none" : others));
  }

 private:
  std::vector<codec::NdArray> arrays_;
};

Result<FactorizationMachinesModel> FromArrays(FactorizationMachinesTask task, const Arrays& arrays) {
  const bool is_old = arrays.Find("w1_weight") == nullptr && arrays.Find("Linear_Plus_Bias_weight") != nullptr;
  SAGESPARK_ASSIGN_OR_RETURN(const auto factors, arrays.Get("v"));
  SAGESPARK_ASSIGN_OR_RETURN(const auto linear, arrays.Get(is_old ? "Linear_Plus_Bias_weight" : "w1_weight"));
  SAGESPARK_ASSIGN_OR_RETURN(const auto bias, arrays.Get(is_old ? "Linear_Plus_Bias_bias" : "w0_weight"));
  return algo::FactorizationMachinesModelFromArrays(task, bias, linear, factors, is_old);
}

Result<FactorizationMachinesModel> Decode(std::vector<archive::ZipEntry> entries) {
  Archive files(std::move(entries));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string* const meta_text, files.Get("meta.json"));
  const auto meta = json::Parse(*meta_text);
  if (!meta.ok()) return meta.error().WithContext("meta.json");
  const json::Value* const parameters = meta->Find("training_parameters");
  if (parameters == nullptr) return NoModel("its meta.json has no training_parameters");
  const json::Value* const feature_dim = parameters->Find("feature_dim");
  if (feature_dim == nullptr) return NoModel("its meta.json has no feature_dim");
  SAGESPARK_ASSIGN_OR_RETURN(const auto task, TaskOf(parameters->Find("predictor_type"), files.Find("symbol.json")));

  SAGESPARK_ASSIGN_OR_RETURN(std::string* const params, files.Get("params"));
  auto arrays = codec::ReadNdArrays(*params);
  if (!arrays.ok()) return arrays.error().WithContext("params");
  std::string().swap(*params);  // The arrays are all that is needed of it; assignment would keep the memory.
  SAGESPARK_ASSIGN_OR_RETURN(FactorizationMachinesModel model, FromArrays(task, Arrays(*std::move(arrays))));
  if (IntegerOf(*feature_dim) != model.feature_dim()) {
    return NoModel(fmt::format("its meta.json says feature_dim {}, its params have {} features",
                               json::Dump(*feature_dim), model.feature_dim()));
  }
  return model;
}

}  // namespace

Status WriteFactorizationMachinesModel(const FactorizationMachinesWeights& weights,
                                       const std::map<std::string, std::string>& hyperparameters, ThreadPool& pool,
                                       const std::function<Status(std::string_view)>& sink) {
  archive::ZipWriter zip(sink);
  SAGESPARK_RETURN_IF_ERROR(WriteText(zip, "meta.json", Meta(weights, hyperparameters)));
  SAGESPARK_RETURN_IF_ERROR(WriteText(
      zip, "symbol.json", FactorizationMachinesSymbol(weights.task(), weights.feature_dim(), weights.num_factors())));
  SAGESPARK_RETURN_IF_ERROR(WriteParams(weights, pool, zip));
  return zip.Finish();
}

Result<FactorizationMachinesModel> DecodeFactorizationMachinesModel(std::string_view bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(std::vector<archive::ZipEntry> entries, archive::ReadZip(bytes));
  return Decode(std::move(entries));
}

Result<FactorizationMachinesModel> ReadFactorizationMachinesModel(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kFactorizationMachinesModelFile;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return NotFound("There is no model file: " + path.string());
  auto entries = archive::ReadZipFile(path);
  if (!entries.ok()) return entries.error().WithContext("Cannot load the model");
  auto model = Decode(*std::move(entries));
  if (!model.ok()) return model.error().WithContext("Cannot load the model " + path.string());
  return model;
}

}  // namespace sagespark::container
