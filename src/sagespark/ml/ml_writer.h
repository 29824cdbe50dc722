#pragma once

#include <memory>
#include <string>

namespace sagespark::ml {

class PipelineStage;

/// Saves a stage in Spark's layout of saved pipelines: docs/formats/saved-stage.md.
class MLWriter {
 public:
  explicit MLWriter(std::shared_ptr<const PipelineStage> stage) : stage_(std::move(stage)) {}

  /// Replaces a stage that is saved there already.
  MLWriter& overwrite() {
    overwrite_ = true;
    return *this;
  }

  /// Writes the stage, and the stages in it, to the folder `path`: local, or s3://. Nothing is written before everything is known to be
  /// savable, and of a save that fails nothing stays. Credentials and clients are never saved.
  ///
  /// Throws kAlreadyExists when something is there (without overwrite), kConflict when what overwrite would delete is no saved stage, and
  /// kUnimplemented, naming it, on a class that is not registered (registerStage).
  void save(const std::string& path) const;

 private:
  std::shared_ptr<const PipelineStage> stage_;
  bool overwrite_ = false;
};

}  // namespace sagespark::ml
