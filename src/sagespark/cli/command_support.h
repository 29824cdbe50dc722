#pragma once

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/server/data_folder.h"

namespace sagespark::cli {

/// Prints the error and ends the command with exit code 1.
inline void FailUnless(const Status& status) {
  if (status.ok()) return;
  std::cerr << "sagespark: " << status.error().message() << "\n";
  throw CLI::RuntimeError(1);
}

template <typename T>
T ValueOrFail(Result<T> result) {
  FailUnless(result.status());
  return *std::move(result);
}

/// Adds --data-dir, which is preset to the default data folder.
inline void AddDataDir(CLI::App& command, std::string& data_dir) {
  data_dir = server::DataFolder::DefaultPath();
  command.add_option("--data-dir", data_dir, "The local cloud's data folder")->capture_default_str();
}

}  // namespace sagespark::cli
