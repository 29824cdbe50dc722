#include "sagespark/container/xgboost/checkpoints.h"

#include <charconv>

#include "sagespark/container/xgboost/model_file.h"
#include "sagespark/io/file_system.h"

namespace sagespark::container {
namespace {

constexpr std::string_view kName = "xgboost-checkpoint.";
constexpr size_t kMostKept = 5;

/// Of "xgboost-checkpoint.12"; nullopt for other names.
std::optional<int64_t> RoundOf(const std::string& name) {
  if (!name.starts_with(kName)) return std::nullopt;
  int64_t round = 0;
  const auto [end, error] = std::from_chars(name.data() + kName.size(), name.data() + name.size(), round);
  if (error != std::errc() || end != name.data() + name.size() || round < 0) return std::nullopt;
  return round;
}

}  // namespace

std::map<int64_t, std::filesystem::path> XGBoostCheckpoints::FilesByRound() const {
  std::map<int64_t, std::filesystem::path> files;
  if (!are_kept()) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const auto round = RoundOf(entry.path().filename().string());
    if (round) files[*round] = entry.path();
  }
  return files;
}

Result<std::optional<algo::XGBoostStart>> XGBoostCheckpoints::Latest() const {
  const auto files = FilesByRound();
  if (files.empty()) return std::optional<algo::XGBoostStart>();
  const auto& [round, file] = *files.rbegin();
  SAGESPARK_ASSIGN_OR_RETURN(algo::XGBoostBooster booster, LoadXGBoostModelFile(file));
  return std::optional(algo::XGBoostStart{.booster = std::move(booster), .rounds = round + 1});
}

Status XGBoostCheckpoints::Save(int64_t round, const algo::XGBoostBooster& model) const {
  if (!are_kept()) return Status::Ok();
  SAGESPARK_ASSIGN_OR_RETURN(const std::string bytes, model.Save());
  const std::string path = (folder_ / (std::string(kName) + std::to_string(round))).string();
  SAGESPARK_ASSIGN_OR_RETURN(const auto file, io::MakeLocalFileSystem()->Create({.scheme = "file", .authority = {}, .path = path}));
  SAGESPARK_RETURN_IF_ERROR(file->Write(bytes));
  SAGESPARK_RETURN_IF_ERROR(file->Close());
  auto files = FilesByRound();
  for (std::error_code ignored; files.size() > kMostKept; files.erase(files.begin())) {
    std::filesystem::remove(files.begin()->second, ignored);
  }
  return Status::Ok();
}

}  // namespace sagespark::container
