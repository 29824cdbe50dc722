#include "sagespark/base/archive/zip.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include "sagespark/base/archive/libarchive.h"

namespace sagespark::archive {
namespace {

Error Broken(const std::string& what) { return CorruptData("Cannot read a zip archive: " + what); }

Status ReadEntry(::archive* reader, const ZipLimits& limits, int64_t& bytes_read, std::string& bytes) {
  while (true) {
    const void* block = nullptr;
    size_t size = 0;
    int64_t offset = 0;
    const int code = archive_read_data_block(reader, &block, &size, &offset);
    if (code == ARCHIVE_EOF) return Status::Ok();
    if (code != ARCHIVE_OK) return Broken(TextOf(reader));  // ARCHIVE_WARN: the checksum is wrong.
    if (size == 0) continue;
    if ((bytes_read += static_cast<int64_t>(size)) > limits.max_bytes) return ResourceLimit("Zip archive is too large");
    bytes.append(static_cast<const char*>(block), size);
  }
}

Result<std::vector<ZipEntry>> ReadEntries(::archive* reader, const ZipLimits& limits) {
  std::vector<ZipEntry> entries;
  int64_t bytes_read = 0;
  while (true) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader, &entry);
    if (code == ARCHIVE_EOF) return entries;
    if (code != ARCHIVE_OK) return Broken(TextOf(reader));
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    const char* name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) return Broken("an entry's name is not UTF-8");
    ZipEntry& read = entries.emplace_back(ZipEntry{.name = name, .bytes = {}});
    if (static_cast<int64_t>(entries.size()) > limits.max_entries) return ResourceLimit("Zip archive has too many entries");
    const auto same_name = [&](const ZipEntry& other) { return other.name == read.name; };
    if (std::count_if(entries.begin(), entries.end(), same_name) > 1) return Broken("an entry comes twice: " + read.name);
    SAGESPARK_RETURN_IF_ERROR(ReadEntry(reader, limits, bytes_read, read.bytes));
  }
}

/// A reader that starts at the directory at the end, which alone tells a whole archive from a cut one.
Archive MakeReader() {
  Archive reader(archive_read_new());
  archive_read_support_format_zip_seekable(reader.get());
  return reader;
}

}  // namespace

struct ZipWriter::State {
  static la_ssize_t Receive(::archive* writer, void* state, const void* bytes, size_t size) {
    auto* const self = static_cast<State*>(state);
    const Status status = self->sink(std::string_view(static_cast<const char*>(bytes), size));
    if (status.ok()) return static_cast<la_ssize_t>(size);
    self->sink_error = status.error();
    archive_set_error(writer, EIO, "the sink refused");
    return -1;
  }

  Error Failure() const {
    return sink_error.value_or(Error(ErrorKind::kIo, "Cannot write a zip archive: " + TextOf(writer.get())));
  }

  Sink sink;
  std::optional<Error> sink_error;
  int64_t bytes_due = 0;
  Archive writer;  // The last member: its destructor may still call Receive.
};

ZipWriter::ZipWriter(Sink sink) : state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
  state_->writer.reset(archive_write_new());
  ::archive* const writer = state_->writer.get();
  archive_write_set_format_zip(writer);
  archive_write_zip_set_compression_store(writer);
  archive_write_set_bytes_per_block(writer, kBlockBytes);
  archive_write_set_bytes_in_last_block(writer, 1);  // No padding.
  SAGESPARK_CHECK(archive_write_open(writer, state_.get(), nullptr, State::Receive, nullptr) == ARCHIVE_OK);
}

ZipWriter::~ZipWriter() {
  if (state_ == nullptr) return;
  state_->sink = [](std::string_view) { return Status::Ok(); };  // What was not finished is not wanted.
}

ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;

Status ZipWriter::Begin(const std::string& name, int64_t size) {
  SAGESPARK_CHECK(state_->bytes_due == 0);
  state_->bytes_due = size;
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_size(entry.get(), size);
  archive_entry_set_mtime(entry.get(), 0, 0);
  return archive_write_header(state_->writer.get(), entry.get()) == ARCHIVE_OK ? Status::Ok() : state_->Failure();
}

Status ZipWriter::Write(std::string_view bytes) {
  SAGESPARK_CHECK(static_cast<int64_t>(bytes.size()) <= state_->bytes_due);
  state_->bytes_due -= static_cast<int64_t>(bytes.size());
  while (!bytes.empty()) {
    const la_ssize_t written = archive_write_data(state_->writer.get(), bytes.data(), bytes.size());
    if (written <= 0) return state_->Failure();
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return Status::Ok();
}

Status ZipWriter::Finish() {
  if (state_->bytes_due != 0) return InternalError("Zip entry is short of its size by " + std::to_string(state_->bytes_due));
  return archive_write_close(state_->writer.get()) == ARCHIVE_OK ? Status::Ok() : state_->Failure();
}

std::string WriteZip(const std::vector<ZipEntry>& entries) {
  std::string out;
  ZipWriter writer([&](std::string_view bytes) {
    out += bytes;
    return Status::Ok();
  });
  for (const ZipEntry& entry : entries) {
    SAGESPARK_CHECK(writer.Begin(entry.name, static_cast<int64_t>(entry.bytes.size())).ok());
    SAGESPARK_CHECK(writer.Write(entry.bytes).ok());
  }
  SAGESPARK_CHECK(writer.Finish().ok());
  return out;
}

Result<std::vector<ZipEntry>> ReadZip(std::string_view bytes, const ZipLimits& limits) {
  const Archive reader = MakeReader();
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return Broken(TextOf(reader.get()));
  return ReadEntries(reader.get(), limits);
}

Result<std::vector<ZipEntry>> ReadZipFile(const std::filesystem::path& file, const ZipLimits& limits) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return NotFound("No such archive: " + file.string());
  const Archive reader = MakeReader();
  if (archive_read_open_filename(reader.get(), file.c_str(), kBlockBytes) != ARCHIVE_OK) {
    return Broken(TextOf(reader.get())).WithContext(file.string());
  }
  auto entries = ReadEntries(reader.get(), limits);
  if (!entries.ok()) return entries.error().WithContext(file.string());
  return entries;
}

}  // namespace sagespark::archive
