# libxgboost of the xgboost-cpu wheel, with Debian's header: XGBoost::xgboost. The wheel has no headers; what is called of the C
# interface is the same in the header's version (1.7) and in the library's, and a test checks which library was loaded.
execute_process(COMMAND ${Python3_EXECUTABLE} -c
  "import importlib.util as u; print(u.find_spec('xgboost').submodule_search_locations[0] + '/lib/libxgboost.so')"
  OUTPUT_VARIABLE XGBoost_LIBRARY OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
find_path(XGBoost_INCLUDE_DIR xgboost/c_api.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(XGBoost REQUIRED_VARS XGBoost_LIBRARY XGBoost_INCLUDE_DIR)
if(XGBoost_FOUND AND NOT TARGET XGBoost::xgboost)
  add_library(XGBoost::xgboost SHARED IMPORTED)
  set_target_properties(XGBoost::xgboost PROPERTIES
    IMPORTED_LOCATION ${XGBoost_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${XGBoost_INCLUDE_DIR})
endif()
