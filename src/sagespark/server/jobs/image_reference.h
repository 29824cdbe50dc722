#pragma once

#include <string>
#include <string_view>

namespace sagespark::server {

/// The parts of an image's URI, "REGISTRY/REPOSITORY:TAG@DIGEST".
struct ImageReference {
  std::string registry;    ///< "123456789012.dkr.ecr.us-east-1.amazonaws.com", "localhost:5000"; empty when the URI names none.
  std::string repository;  ///< "team/forecast".
  std::string tag;         ///< Empty when the URI names none.
  std::string digest;      ///< "sha256:..."; empty when the URI names none.

  friend bool operator==(const ImageReference&, const ImageReference&) = default;
};

/// Takes a URI apart by docker's rule: what is before the first "/" is a registry when it has a "." or ":" or is "localhost".
ImageReference ParseImageReference(std::string_view uri);

/// How well `pattern`, of a mapping, fits `image`, which a request names: 0 when not at all; the larger, the more the pattern says.
/// - The repository is the same text. A pattern with a registry fits images of that registry only, one without of any.
/// - A pattern with a digest fits that digest only. One with a tag fits that tag only, where an image without tag and digest has
///   the tag "latest". One with neither fits any tag and digest.
int FitOf(const ImageReference& pattern, const ImageReference& image);

}  // namespace sagespark::server
