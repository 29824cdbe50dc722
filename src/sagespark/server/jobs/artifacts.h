#pragma once

#include <filesystem>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// Packs what is in `folder` as a tar.gz and stores it at `s3_uri`; `scratch` is a file that may be made meanwhile.
Status UploadFolder(const std::filesystem::path& folder, const std::string& s3_uri, const std::filesystem::path& scratch,
                    ObjectAccess& objects);

/// Unpacks a model.tar.gz at `s3_uri` into `folder`. Fails with kNotFound when there is none, kCorruptData when it is no tar.gz or
/// an entry would land outside of `folder`.
Status DownloadArchive(const std::string& s3_uri, const std::filesystem::path& folder, const std::filesystem::path& scratch,
                       ObjectAccess& objects);

/// True when there is no file at or below `folder`, or no folder.
bool IsEmptyFolder(const std::filesystem::path& folder);

}  // namespace sagespark::server
