# Arrow C++ from the pyarrow wheel: PyArrow::arrow, ::compute, ::parquet and so on. The wheel has headers and
# libraries, but no CMake package.
execute_process(COMMAND ${Python3_EXECUTABLE} -c
  "import os, pyarrow; print(os.path.dirname(pyarrow.__file__)); print(pyarrow.cpp_build_info.so_version); print(pyarrow.__version__)"
  OUTPUT_VARIABLE _pyarrow OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE _result)
if(_result EQUAL 0)
  string(REPLACE "\n" ";" _pyarrow "${_pyarrow}")
  list(GET _pyarrow 0 PyArrowCpp_DIRECTORY)
  list(GET _pyarrow 1 PyArrowCpp_SOVERSION)
  list(GET _pyarrow 2 PyArrowCpp_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PyArrowCpp
  REQUIRED_VARS PyArrowCpp_DIRECTORY PyArrowCpp_SOVERSION VERSION_VAR PyArrowCpp_VERSION)
foreach(_component arrow arrow_compute arrow_acero parquet)
  string(REGEX REPLACE "^arrow_" "" _name ${_component})
  set(_library ${PyArrowCpp_DIRECTORY}/lib${_component}.so.${PyArrowCpp_SOVERSION})
  if(EXISTS ${_library} AND NOT TARGET PyArrow::${_name})
    add_library(PyArrow::${_name} SHARED IMPORTED)
    set_target_properties(PyArrow::${_name} PROPERTIES IMPORTED_LOCATION ${_library}
      INTERFACE_INCLUDE_DIRECTORIES ${PyArrowCpp_DIRECTORY}/include INTERFACE_COMPILE_FEATURES cxx_std_20)
    if(NOT _name STREQUAL "arrow")
      set_property(TARGET PyArrow::${_name} APPEND PROPERTY INTERFACE_LINK_LIBRARIES PyArrow::arrow)
    endif()
  endif()
endforeach()

# libparquet has a libcrypto of its own and shows its symbols to everybody. Loaded before the system's, it would serve the system's
# libssl, too, which crashes; so programs name the system's first.
if(TARGET PyArrow::parquet)
  set_property(TARGET PyArrow::parquet APPEND PROPERTY INTERFACE_LINK_OPTIONS
    "SHELL:LINKER:--push-state,--no-as-needed -lssl -lcrypto LINKER:--pop-state")
endif()
