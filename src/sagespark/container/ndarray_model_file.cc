#include "sagespark/container/ndarray_model_file.h"

#include <string>

#include "sagespark/io/file_system.h"

namespace sagespark::container {

Result<std::vector<codec::NdArray>> ReadModelArrays(const std::filesystem::path& file) {
  constexpr size_t kMaxModelBytes = size_t{64} << 30;
  const auto files = io::MakeLocalFileSystem();
  SAGESPARK_ASSIGN_OR_RETURN(const auto stream,
                             files->Open({.scheme = "file", .authority = {}, .path = file.string()}));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string bytes, io::ReadAll(*stream, kMaxModelBytes));
  auto arrays = codec::ReadNdArrays(bytes);
  if (!arrays.ok()) return arrays.error().WithContext("Cannot load the model " + file.string());
  return arrays;
}

}  // namespace sagespark::container
