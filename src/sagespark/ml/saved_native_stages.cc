#include "sagespark/ml/saved_native_stages.h"

#include "sagespark/ml/pca.h"
#include "sagespark/ml/pipeline.h"
#include "sagespark/ml/saved_pca_model.h"

namespace sagespark::ml {
namespace {

constexpr char kStageUids[] = "stageUids";

/// "stages/07_kmeans_0123456789ab": as many digits as the number of stages has.
std::string FolderOfStage(size_t index, size_t count, const std::string& uid) {
  std::string number = std::to_string(index);
  number.insert(0, std::to_string(count).size() - number.size(), '0');
  return "stages/" + number + "_" + uid;
}

template <typename Stages>
void SaveStages(const Stages& stages, const sql::SparkSession& spark, StageFiles& files, StageMetadata& metadata) {
  json::Array uids;
  for (size_t i = 0; i < stages.size(); ++i) {
    files.AddAll(FolderOfStage(i, stages.size(), stages[i]->uid()), SaveStage(*stages[i], spark));
    uids.emplace_back(stages[i]->uid());
  }
  metadata.param_map[kStageUids] = std::move(uids);
}

/// Takes the uids out of the metadata.
std::vector<std::string> TakeStageUids(StageMetadata& metadata) {
  const auto found = metadata.param_map.find(kStageUids);
  if (found == metadata.param_map.end() || found->second.if_array() == nullptr) {
    throw Exception(CorruptData("Pipeline's metadata have no list stageUids"));
  }
  std::vector<std::string> uids;
  for (const json::Value& uid : *found->second.if_array()) {
    if (uid.if_string() == nullptr) throw Exception(CorruptData("Pipeline's stageUids are no texts"));
    uids.push_back(*uid.if_string());
  }
  metadata.param_map.erase(found);
  return uids;
}

std::vector<std::shared_ptr<PipelineStage>> LoadStages(const StageFolder& folder, StageMetadata& metadata) {
  std::vector<std::shared_ptr<PipelineStage>> stages;
  const std::vector<std::string> uids = TakeStageUids(metadata);
  for (size_t i = 0; i < uids.size(); ++i) {
    stages.push_back(LoadStage(folder.Child(FolderOfStage(i, uids.size(), uids[i]))));
  }
  return stages;
}

StageFormat PipelineFormat() {
  return {.save =
              [](const PipelineStage& stage, const sql::SparkSession& spark, StageFiles& files, StageMetadata& metadata) {
                SaveStages(dynamic_cast<const Pipeline&>(stage).getStages(), spark, files, metadata);
              },
          .load = [](const StageFolder& folder, StageMetadata& metadata) -> std::shared_ptr<PipelineStage> {
            auto pipeline = std::make_shared<Pipeline>(metadata.uid);
            const auto stages = LoadStages(folder, metadata);
            pipeline->setStages({stages.begin(), stages.end()});
            return pipeline;
          }};
}

StageFormat PipelineModelFormat() {
  return {.save =
              [](const PipelineStage& stage, const sql::SparkSession& spark, StageFiles& files, StageMetadata& metadata) {
                SaveStages(dynamic_cast<const PipelineModel&>(stage).stages(), spark, files, metadata);
              },
          .load = [](const StageFolder& folder, StageMetadata& metadata) -> std::shared_ptr<PipelineStage> {
            std::vector<std::shared_ptr<const Transformer>> transformers;
            for (const auto& stage : LoadStages(folder, metadata)) {
              transformers.push_back(std::dynamic_pointer_cast<const Transformer>(stage));
              if (transformers.back() == nullptr) throw Exception(CorruptData("Stage of a PipelineModel is no Transformer: " + stage->uid()));
            }
            return std::make_shared<PipelineModel>(metadata.uid, std::move(transformers));
          }};
}

StageFormat PCAFormat() {
  return {.save = nullptr, .load = [](const StageFolder&, StageMetadata& metadata) -> std::shared_ptr<PipelineStage> {
            return std::make_shared<PCA>(metadata.uid);
          }};
}

StageFormat PCAModelFormat() {
  return {.save =
              [](const PipelineStage& stage, const sql::SparkSession& spark, StageFiles& files, StageMetadata&) {
                files.Add("data/part-00000-c000.snappy.parquet",
                          EncodePCAModel(*dynamic_cast<const PCAModel&>(stage).components(), spark));
                files.Add("data/_SUCCESS", "");
              },
          .load = [](const StageFolder& folder, StageMetadata& metadata) -> std::shared_ptr<PipelineStage> {
            std::vector<std::string> files = folder.ReadAll("data");
            if (files.size() != 1) {
              throw Exception(CorruptData("Saved PCAModel has not one file in data/ but " + std::to_string(files.size())));
            }
            return std::make_shared<PCAModel>(metadata.uid, DecodePCAModel(std::move(files.front()), folder.spark()));
          }};
}

}  // namespace

void RegisterNativeStages(const std::function<void(std::type_index, std::string, StageFormat)>& add) {
  add(typeid(Pipeline), "org.apache.spark.ml.Pipeline", PipelineFormat());
  add(typeid(PipelineModel), "org.apache.spark.ml.PipelineModel", PipelineModelFormat());
  add(typeid(PCA), "org.apache.spark.ml.feature.PCA", PCAFormat());
  add(typeid(PCAModel), "org.apache.spark.ml.feature.PCAModel", PCAModelFormat());
}

PCA PCA::load(const std::string& path) { return LoadStageAs<PCA>(path); }
PCAModel PCAModel::load(const std::string& path) { return LoadStageAs<PCAModel>(path); }
Pipeline Pipeline::load(const std::string& path) { return LoadStageAs<Pipeline>(path); }
PipelineModel PipelineModel::load(const std::string& path) { return LoadStageAs<PipelineModel>(path); }

}  // namespace sagespark::ml
