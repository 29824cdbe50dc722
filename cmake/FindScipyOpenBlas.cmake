# OpenBLAS from the scipy-openblas32 wheel: ScipyOpenBlas::openblas. Its symbols carry the prefix scipy_.
execute_process(COMMAND ${Python3_EXECUTABLE} -c
  "import scipy_openblas32 as b; print(b.get_include_dir()); print(b.get_lib_dir()); print(b.get_library())"
  OUTPUT_VARIABLE _openblas OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE _result)
if(_result EQUAL 0)
  string(REPLACE "\n" ";" _openblas "${_openblas}")
  list(GET _openblas 0 ScipyOpenBlas_INCLUDE_DIR)
  list(GET _openblas 1 _library_dir)
  list(GET _openblas 2 _library_name)
  set(ScipyOpenBlas_LIBRARY ${_library_dir}/lib${_library_name}.so)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ScipyOpenBlas REQUIRED_VARS ScipyOpenBlas_LIBRARY ScipyOpenBlas_INCLUDE_DIR)
if(ScipyOpenBlas_FOUND AND NOT TARGET ScipyOpenBlas::openblas)
  add_library(ScipyOpenBlas::openblas SHARED IMPORTED)
  set_target_properties(ScipyOpenBlas::openblas PROPERTIES
    IMPORTED_LOCATION ${ScipyOpenBlas_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${ScipyOpenBlas_INCLUDE_DIR})
endif()
