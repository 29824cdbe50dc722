#pragma once

#include <functional>
#include <memory>
#include <string>
#include <typeindex>
#include <typeinfo>

#include "sagespark/base/exception.h"
#include "sagespark/base/json/value.h"
#include "sagespark/ml/pipeline_stage.h"
#include "sagespark/ml/stage_files.h"

namespace sagespark::ml {

/// What metadata/part-00000 of a saved stage holds.
struct StageMetadata {
  std::string class_name;     ///< "org.apache.spark.ml.feature.PCA".
  std::string spark_version;  ///< "4.3.0".
  std::string uid;
  json::Object param_map;          ///< What was set ...
  json::Object default_param_map;  ///< ... and the defaults, by name.
  json::Object extra;              ///< Members that Spark does not know.
};

/// How the stages of a class are saved and loaded. Parameters go by themselves.
struct StageFormat {
  /// Adds what the parameters do not tell: files, or members of the metadata. May be null.
  std::function<void(const PipelineStage& stage, const sql::SparkSession& spark, StageFiles& files, StageMetadata& metadata)> save;

  /// Makes the stage with the metadata's uid; takes out of `metadata` the members of param_map that are no parameters. Throws
  /// kCorruptData when the folder does not fit.
  std::function<std::shared_ptr<PipelineStage>(const StageFolder& folder, StageMetadata& metadata)> load;
};

/// Makes known how stages of type `type` are saved, and loaded when a folder's metadata name `class_name`. A later format for a type or
/// a name takes an earlier one's place. Thread-safe.
void registerStageFormat(std::type_index type, std::string class_name, StageFormat format);

/// The same for a stage that is all parameters and has a constructor with the uid:
///   ml::registerStage<MyStage>("com.example.MyStage");
template <typename Stage>
void registerStage(std::string class_name) {
  registerStageFormat(typeid(Stage), std::move(class_name),
                      {.save = nullptr, .load = [](const StageFolder&, StageMetadata& metadata) {
                         return std::make_shared<Stage>(metadata.uid);
                       }});
}

/// The files of `stage`. Throws kUnimplemented on a class that is not registered.
StageFiles SaveStage(const PipelineStage& stage, const sql::SparkSession& spark);

/// The stage in `folder`, of whatever class. Throws, naming the folder: kNotFound when nothing is there, kCorruptData when it is torn or
/// does not fit its class, kUnimplemented when its class is not registered or its version is another one.
std::shared_ptr<PipelineStage> LoadStage(const StageFolder& folder);

/// The stage in the folder `path`. Throws as above, and kInvalidArgument, naming both classes, when it is no Stage.
template <typename Stage>
Stage LoadStageAs(const std::string& path);

/// The name under which a type is registered; empty when it is not.
std::string RegisteredClassName(std::type_index type);

/// kInvalidArgument: `Saved stage is of another class: expected A, found B in file:/x`.
[[noreturn]] void ThrowOtherClass(std::type_index expected, std::type_index found, const std::string& path);

template <typename Stage>
Stage LoadStageAs(const std::string& path) {
  const auto stage = LoadStage(StageFolder(sql::SparkSession::builder().getOrCreate(), path));
  const PipelineStage& loaded = *stage;
  if (typeid(loaded) != typeid(Stage)) ThrowOtherClass(typeid(Stage), typeid(loaded), path);
  return dynamic_cast<const Stage&>(loaded);
}

}  // namespace sagespark::ml
