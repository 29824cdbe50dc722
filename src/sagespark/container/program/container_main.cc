#include "sagespark/container/program/container_main.h"

#include <iostream>
#include <map>
#include <optional>
#include <string>

#include "sagespark/base/memory.h"
#include "sagespark/base/signal_watcher.h"
#include "sagespark/container/hosting/run_serving.h"
#include "sagespark/container/training/run_training.h"

namespace sagespark::container {
namespace {

constexpr int kUsageError = 64;  // sysexits.h: EX_USAGE.

int Usage(const Algorithm& algorithm) {
  std::cerr << "usage: " << algorithm.name() << " train [--root DIR]\n       " << algorithm.name()
            << " serve [--root DIR] [--host ADDRESS] [--port N]\n";
  return kUsageError;
}

/// The values of "--name value" pairs; nullopt for anything else.
std::optional<std::map<std::string, std::string>> ParseOptions(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 2; i < argc; i += 2) {
    const std::string name = argv[i];
    if (!name.starts_with("--") || i + 1 == argc) return std::nullopt;
    options[name.substr(2)] = argv[i + 1];
  }
  return options;
}

ContainerPaths PathsOf(const std::map<std::string, std::string>& options) {
  const auto root = options.find("root");
  return root == options.end() ? ContainerPaths() : ContainerPaths{.root = root->second};
}

int Serve(const Algorithm& algorithm, const std::map<std::string, std::string>& options) {
  auto serving = ServingOptions::FromEnvironment();
  if (serving.ok() && options.contains("port")) serving = WithPort(*serving, options.at("port"));
  if (!serving.ok()) {
    std::cerr << serving.error().message() << '\n';
    return kUsageError;
  }
  if (options.contains("host")) serving->host = options.at("host");
  const SignalWatcher signals;
  return RunServing(algorithm, PathsOf(options).model(), *serving, std::cout, signals.token());
}

}  // namespace

int ContainerMain(const Algorithm& algorithm, int argc, char** argv) {
  GiveBackFreedMemory();
  const std::string command = argc > 1 ? argv[1] : "";
  const auto options = ParseOptions(argc, argv);
  if (!options) return Usage(algorithm);
  for (const auto& [name, value] : *options) {
    const bool known = name == "root" || (command == "serve" && (name == "host" || name == "port"));
    if (!known) return Usage(algorithm);
  }
  if (command == "serve") return Serve(algorithm, *options);
  if (command != "train") return Usage(algorithm);
  const SignalWatcher signals;
  return RunTraining(algorithm, PathsOf(*options), std::cout, signals.token());
}

}  // namespace sagespark::container
