#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "sagespark/engine/engine.h"
#include "sagespark/io/file_system.h"
#include "sagespark/sql/spark_session.h"

namespace sagespark::sql {

struct RuntimeConfig::State {
  std::mutex mutex;
  std::map<std::string, std::string> values;
};

struct SparkSession::State {
  std::shared_ptr<RuntimeConfig::State> config = std::make_shared<RuntimeConfig::State>();
  std::shared_ptr<const io::FileSystems> file_systems;
  std::unique_ptr<engine::Engine> engine;
};

}  // namespace sagespark::sql
