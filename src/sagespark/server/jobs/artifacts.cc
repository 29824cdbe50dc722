#include "sagespark/server/jobs/artifacts.h"

#include "sagespark/base/archive/tar_gz.h"
#include "sagespark/base/uri.h"

namespace sagespark::server {

namespace fs = std::filesystem;

Status UploadFolder(const fs::path& folder, const std::string& s3_uri, const fs::path& scratch, ObjectAccess& objects) {
  SAGESPARK_ASSIGN_OR_RETURN(const Uri uri, ParseUri(s3_uri));
  SAGESPARK_RETURN_IF_ERROR(archive::PackTarGz(folder, scratch));
  return objects.Store(uri.authority, uri.path, scratch);
}

Status DownloadArchive(const std::string& s3_uri, const fs::path& folder, const fs::path& scratch, ObjectAccess& objects) {
  SAGESPARK_ASSIGN_OR_RETURN(const Uri uri, ParseUri(s3_uri));
  SAGESPARK_RETURN_IF_ERROR(objects.Materialize(uri.authority, uri.path, scratch));
  const Status unpacked = archive::UnpackTarGz(scratch, folder);
  std::error_code error;
  fs::remove(scratch, error);
  return unpacked;
}

bool IsEmptyFolder(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error); !error && entry != fs::end(entry); entry.increment(error)) {
    if (!entry->is_directory(error)) return false;
  }
  return true;
}

}  // namespace sagespark::server
