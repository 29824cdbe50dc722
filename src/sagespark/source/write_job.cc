#include "sagespark/source/write_job.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>

#include "sagespark/source/paths.h"

namespace sagespark::source {
namespace {

constexpr int64_t kRowsAtATime = 1024;  // Bounds the encoded bytes held beside the batch.

/// A random UUID (RFC 4122, version 4).
std::string MakeUuid() {
  std::random_device random;
  uint32_t words[4] = {random(), random(), random(), random()};
  words[1] = (words[1] & 0xffff0fffu) | 0x4000u;
  words[2] = (words[2] & 0x3fffffffu) | 0x80000000u;
  char text[37];
  std::snprintf(text, sizeof(text), "%08x-%04x-%04x-%04x-%04x%08x", words[0], words[1] >> 16, words[1] & 0xffffu,
                words[2] >> 16, words[2] & 0xffffu, words[3]);
  return text;
}

Uri ChildOf(const Uri& folder, const std::string& name) {
  Uri child = folder;
  if (!child.path.empty() && !child.path.ends_with('/')) child.path += '/';
  child.path += name;
  return child;
}

/// What is at or below `folder`; nullopt when nothing is there.
Result<std::optional<std::vector<Uri>>> FindExisting(io::FileSystem& file_system, const Uri& folder) {
  std::vector<Uri> files;
  const Status listed = file_system.List(folder, [&](const io::FileInfo& file) {
    files.push_back(file.uri);
    return true;
  });
  // A local folder exists without files, a prefix of keys does not.
  if (listed.ok() && (!files.empty() || folder.scheme == "file")) return std::optional(std::move(files));
  if (!listed.ok() && listed.error().kind() != ErrorKind::kNotFound) return listed.error();
  if (!listed.ok() && !listed.error().code().empty()) return listed.error();  // No such bucket.
  if (!folder.path.empty() && file_system.Stat(folder).ok()) return std::optional(std::vector<Uri>{folder});
  return std::optional<std::vector<Uri>>();
}

}  // namespace

Result<std::unique_ptr<WriteJob>> WriteJob::Begin(std::shared_ptr<const io::FileSystems> file_systems, WriteSpec spec,
                                                  const data::Schema& schema) {
  auto job = std::unique_ptr<WriteJob>(new WriteJob());
  SAGESPARK_ASSIGN_OR_RETURN(job->writer_, MakeFormatWriter(spec.format, spec.options));
  SAGESPARK_ASSIGN_OR_RETURN(job->folder_, ParsePath(spec.folder));
  SAGESPARK_ASSIGN_OR_RETURN(job->file_system_, file_systems->For(job->folder_));
  SAGESPARK_ASSIGN_OR_RETURN(auto existing, FindExisting(*job->file_system_, job->folder_));
  if (existing.has_value() && spec.mode == SaveMode::kErrorIfExists) {
    return AlreadyExists("[PATH_ALREADY_EXISTS] Path " + PathText(job->folder_) +
                         " already exists. Set mode as \"overwrite\" to overwrite the existing path. SQLSTATE: 42K04");
  }
  job->skipped_ = existing.has_value() && spec.mode == SaveMode::kIgnore;
  if (!job->skipped_) SAGESPARK_RETURN_IF_ERROR(job->writer_->CheckSchema(schema));
  if (existing.has_value() && spec.mode == SaveMode::kOverwrite) job->replaced_ = *std::move(existing);
  job->spec_ = std::move(spec);
  job->schema_ = schema;
  job->job_id_ = MakeUuid();
  return job;
}

Result<WrittenTask> WriteJob::WriteTask(int partition, data::BatchStream& rows,
                                        const CancellationToken& cancellation) const {
  WrittenTask written;
  const std::unique_ptr<RowEncoder> encoder = writer_->MakeEncoder(schema_);
  std::unique_ptr<io::OutputStream> file;
  std::string bytes;
  for (;;) {
    SAGESPARK_ASSIGN_OR_RETURN(const std::optional<data::Batch> batch, rows.Next());
    if (file == nullptr && (batch.has_value() || partition == 0)) {
      SAGESPARK_ASSIGN_OR_RETURN(file, file_system_->Create(ChildOf(folder_, FileName(partition))));
    }
    if (!batch.has_value()) break;
    for (int64_t first = 0; first < batch->num_rows(); first += kRowsAtATime) {
      SAGESPARK_RETURN_IF_ERROR(cancellation.Check());
      const int64_t count = std::min(kRowsAtATime, batch->num_rows() - first);
      SAGESPARK_RETURN_IF_ERROR(encoder->Append(batch->Slice(first, count), bytes));
      SAGESPARK_RETURN_IF_ERROR(file->Write(bytes));
      bytes.clear();
      written.rows += count;
    }
  }
  if (file == nullptr) return written;
  encoder->Finish(bytes);
  if (!bytes.empty()) SAGESPARK_RETURN_IF_ERROR(file->Write(bytes));
  SAGESPARK_ASSIGN_OR_RETURN(io::PendingFile pending, file->Detach());
  written.files.push_back(std::move(pending));
  return written;
}

Result<WriteResult> WriteJob::Commit(const std::vector<WrittenTask>& tasks) {
  WriteResult result;
  Status status = DeleteReplacedFiles();
  for (const WrittenTask& task : tasks) {
    for (const io::PendingFile& file : task.files) {
      if (status.ok()) status = file_system_->Commit(file);
      if (!status.ok()) break;
      result.files.push_back(file.uri);
      result.bytes += file.size;
    }
    result.rows += task.rows;
  }
  if (status.ok() && spec_.success_marker) status = WriteMarker();
  if (status.ok()) return result;
  for (const Uri& file : result.files) static_cast<void>(file_system_->Delete(file));  // The first error is the one to tell.
  Abort(tasks);
  return std::move(status).error();
}

void WriteJob::Abort(const std::vector<WrittenTask>& tasks) {
  for (const WrittenTask& task : tasks) {
    for (const io::PendingFile& file : task.files) static_cast<void>(file_system_->Abort(file));
  }
}

std::string WriteJob::FileName(int partition) const {
  char number[16];
  std::snprintf(number, sizeof(number), "%05d", partition);
  return std::string("part-") + number + "-" + job_id_ + "-c000" + std::string(writer_->file_extension());
}

Status WriteJob::DeleteReplacedFiles() {
  for (const Uri& file : replaced_) SAGESPARK_RETURN_IF_ERROR(file_system_->Delete(file));
  return Status::Ok();
}

Status WriteJob::WriteMarker() {
  SAGESPARK_ASSIGN_OR_RETURN(const auto marker, file_system_->Create(ChildOf(folder_, "_SUCCESS")));
  return marker->Close();
}

}  // namespace sagespark::source
