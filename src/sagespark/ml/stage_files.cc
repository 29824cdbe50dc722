#include "sagespark/ml/stage_files.h"

#include <utility>

#include "sagespark/base/exception.h"
#include "sagespark/source/paths.h"

namespace sagespark::ml {
namespace {

constexpr size_t kMostFileBytes = size_t{16} << 30;  // A model that would not fit into memory anyway.

Uri ChildOf(Uri folder, const std::string& name) {
  if (!folder.path.empty() && !folder.path.ends_with('/')) folder.path += '/';
  folder.path += name;
  return folder;
}

Status WriteFile(io::FileSystem& file_system, const Uri& uri, const std::string& bytes) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto file, file_system.Create(uri));
  SAGESPARK_RETURN_IF_ERROR(file->Write(bytes));
  return file->Close();
}

Result<std::string> ReadFile(io::FileSystem& file_system, const Uri& uri) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto file, file_system.Open(uri));
  return io::ReadAll(*file, kMostFileBytes);
}

}  // namespace

void StageFiles::AddAll(const std::string& folder, StageFiles files) {
  for (auto& [path, bytes] : files.files_) Add(folder + "/" + path, std::move(bytes));
}

Status StageFiles::WriteTo(io::FileSystem& file_system, const Uri& folder) const {
  for (size_t i = 0; i < files_.size(); ++i) {
    const Status written = WriteFile(file_system, ChildOf(folder, files_[i].first), files_[i].second);
    if (written.ok()) continue;
    for (size_t j = 0; j < i; ++j) static_cast<void>(file_system.Delete(ChildOf(folder, files_[j].first)));
    return written;
  }
  return Status::Ok();
}

StageFolder::StageFolder(const sql::SparkSession& spark, const std::string& path)
    : spark_(spark), uri_(OrThrow(source::ParsePath(path))) {
  file_system_ = OrThrow(spark.fileSystems()->For(uri_));
  while (uri_.path.size() > 1 && uri_.path.ends_with('/')) uri_.path.pop_back();
}

std::string StageFolder::text() const { return source::PathText(uri_); }

StageFolder StageFolder::Child(const std::string& name) const {
  StageFolder child = *this;
  child.uri_ = ChildOf(uri_, name);
  return child;
}

std::vector<Uri> StageFolder::Files() const {
  std::vector<Uri> files;
  const Status listed = file_system_->List(uri_, [&](const io::FileInfo& file) {
    files.push_back(file.uri);
    return true;
  });
  const bool is_no_folder = !listed.ok() && listed.error().kind() == ErrorKind::kNotFound && listed.error().code().empty();
  if (!is_no_folder) OrThrow(listed);
  return files;
}

std::vector<std::string> StageFolder::ReadAll(const std::string& name) const {
  std::vector<std::string> contents;
  const StageFolder folder = Child(name);
  for (const Uri& file : folder.Files()) {
    const std::string own = file.path.substr(folder.uri_.path.size() + 1);
    if (own.starts_with('_') || own.starts_with('.') || own.find('/') != std::string::npos) continue;
    contents.push_back(OrThrow(ReadFile(*file_system_, file)));
  }
  return contents;
}

}  // namespace sagespark::ml
