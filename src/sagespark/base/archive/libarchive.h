#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <string>

namespace sagespark::archive {

// What the files of this folder share of libarchive; private to it.

inline constexpr size_t kBlockBytes = 64 << 10;

struct Deleter {
  void operator()(::archive* value) const { archive_free(value); }
  void operator()(archive_entry* value) const { archive_entry_free(value); }
};
using Archive = std::unique_ptr<::archive, Deleter>;
using Entry = std::unique_ptr<archive_entry, Deleter>;

/// What went wrong last.
inline std::string TextOf(::archive* value) {
  const char* text = archive_error_string(value);
  return text != nullptr ? text : "unknown error";
}

}  // namespace sagespark::archive
